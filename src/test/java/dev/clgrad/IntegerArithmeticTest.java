package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.BiFunction;
import java.util.function.LongBinaryOperator;
import org.junit.jupiter.api.Test;

/** Division, bounds and bits of integers: what no recorded case covers. */
class IntegerArithmeticTest {
  private static final DType[] TYPES = {DType.INT64, DType.INT32, DType.UINT8};
  private static final long[] NUMBERS = {
    0,
    1,
    2,
    3,
    7,
    8,
    31,
    32,
    63,
    100,
    200,
    255,
    -1,
    -2,
    -3,
    -8,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  /** The value that a type makes of a number. */
  private static long as(DType dtype, long value) {
    return dtype == DType.INT64 ? value : dtype == DType.INT32 ? (int) value : value & 0xff;
  }

  /** Checks an operation of tensors, and of a tensor and a scalar, against Java's arithmetic. */
  private static void check(
      BiFunction<Tensor, Tensor, Tensor> ofTensors,
      BiFunction<Tensor, Number, Tensor> ofNumber,
      LongBinaryOperator expected,
      long... seconds) {
    for (DType dtype : TYPES) {
      int n = NUMBERS.length * seconds.length;
      long[] a = new long[n];
      long[] b = new long[n];
      long[] want = new long[n];
      for (int i = 0; i < n; i++) {
        a[i] = as(dtype, NUMBERS[i % NUMBERS.length]);
        b[i] = as(dtype, seconds[i / NUMBERS.length]);
        want[i] = as(dtype, expected.applyAsLong(a[i], b[i]));
      }
      Tensor x = Tensor.of(a).to(dtype);
      Tensor y = ofTensors.apply(x, Tensor.of(b).to(dtype));
      assertEquals(dtype, y.dtype());
      assertArrayEquals(want, y.to(DType.INT64).toLongArray(), dtype + " of tensors");
      for (int s = 0; s < seconds.length; s++) {
        long scalar = b[s * NUMBERS.length];
        long[] part = ofNumber.apply(x, scalar).to(DType.INT64).toLongArray();
        for (int i = 0; i < n; i++) {
          long one = as(dtype, expected.applyAsLong(a[i], scalar));
          assertEquals(one, part[i], dtype + ": " + a[i] + " and the scalar " + scalar);
        }
      }
    }
  }

  private static final long[] DIVISORS = {
    1, 2, 3, 7, 200, 255, -1, -2, -3, Integer.MAX_VALUE, Integer.MIN_VALUE + 1, Long.MAX_VALUE
  };

  @Test
  void divisionsAreJavas() {
    check(Tensor::floorDivide, Tensor::floorDivide, Math::floorDiv, DIVISORS);
    check(
        (a, b) -> a.div(b, Rounding.TRUNC),
        (a, b) -> a.div(b, Rounding.TRUNC),
        (a, b) -> a / b,
        DIVISORS);
    check(Tensor::remainder, Tensor::remainder, Math::floorMod, DIVISORS);
    check(Tensor::fmod, Tensor::fmod, (a, b) -> a % b, DIVISORS);
  }

  @Test
  void bitsAreJavas() {
    check(Tensor::bitwiseAnd, Tensor::bitwiseAnd, (a, b) -> a & b, NUMBERS);
    check(Tensor::bitwiseOr, Tensor::bitwiseOr, (a, b) -> a | b, NUMBERS);
    check(Tensor::bitwiseXor, Tensor::bitwiseXor, (a, b) -> a ^ b, NUMBERS);
    check(
        Tensor::bitwiseLeftShift,
        Tensor::bitwiseLeftShift,
        (a, b) -> b < 0 || b > 63 ? 0 : a << b,
        NUMBERS);
    check(
        Tensor::bitwiseRightShift,
        Tensor::bitwiseRightShift,
        (a, b) -> b < 0 || b > 63 ? a >> 63 : a >> b,
        NUMBERS);
    check((a, b) -> a.bitwiseNot(), (a, b) -> a.bitwiseNot(), (a, b) -> ~a, 0);
  }

  @Test
  void scalarsBeyondANarrowTypeShiftEverythingOut() {
    Tensor x = Tensor.of(1, 200).to(DType.UINT8);
    assertArrayEquals(new long[] {0, 0}, x.bitwiseLeftShift(256).to(DType.INT64).toLongArray());
    assertArrayEquals(new long[] {0, 0}, x.bitwiseRightShift(256).to(DType.INT64).toLongArray());
  }

  @Test
  void bitsOfBoolsAreLogic() {
    Tensor a = Tensor.of(0, 0, 1, 1).to(DType.BOOL);
    Tensor b = Tensor.of(0, 1, 0, 1).to(DType.BOOL);
    assertEquals("tensor([False, False, False, True])", spaceless(a.bitwiseAnd(b)));
    assertEquals("tensor([False, True, True, True])", spaceless(a.bitwiseOr(b)));
    assertEquals("tensor([False, True, True, False])", spaceless(a.bitwiseXor(b)));
    assertEquals("tensor([True, True, False, False])", spaceless(a.bitwiseNot()));
    assertRefused(DTypeException.class, () -> a.bitwiseLeftShift(b), "bitwise_left_shift", "bool");
    assertRefused(
        DTypeException.class, () -> Tensor.of(1f).bitwiseAnd(a), "bitwise_and", "float32", "to(");
  }

  private static String spaceless(Tensor x) {
    return x.toString().replaceAll(" +", " ").replace("[ ", "[");
  }

  private static void assertRefused(
      Class<? extends ClgradException> type,
      org.junit.jupiter.api.function.Executable call,
      String... parts) {
    String message = String.valueOf(assertThrows(type, call).getMessage());
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
    }
  }

  @Test
  void dividingAnIntegerByZeroIsAnErrorThatNamesTheElement() {
    Tensor x = Tensor.of(5L, 6L, 7L);
    Tensor zero = Tensor.of(1L, 0L, 2L);
    assertRefused(
        ClgradException.class,
        () -> x.floorDivide(zero).toLongArray(),
        "floor_divide: ",
        "element 1",
        "to(DType.FLOAT32)");
    assertRefused(
        ClgradException.class,
        () -> x.div(zero, Rounding.TRUNC).toLongArray(),
        "div: ",
        "element 1");
    assertRefused(
        ClgradException.class, () -> x.remainder(zero).toLongArray(), "remainder: ", "element 1");
    Tensor narrow = zero.to(DType.UINT8);
    assertRefused(
        ClgradException.class,
        () -> x.to(DType.UINT8).fmod(narrow).to(DType.INT64).toLongArray(),
        "fmod: ",
        "element 1");
    assertRefused(ClgradException.class, () -> x.floorDivide(0), "floor_divide: ", "int64", "[3]");
    assertRefused(ClgradException.class, () -> x.fmod(0), "fmod: ");
    // A view of every second one holds no 0; floating-point numbers are divided by 0.
    Tensor odd = zero.reshape(3).slice(0, 0, 3, 2);
    assertArrayEquals(new long[] {5, 3}, x.slice(0, 0, 3, 2).floorDivide(odd).toLongArray());
    assertArrayEquals(
        new double[] {1 / 0.0, Double.NaN}, Tensor.of(1f, 0f).floorDivide(0).toDoubleArray());
    assertArrayEquals(new long[] {5, 6, 7}, x.toLongArray());
  }

  @Test
  void boolsAreNotDivided() {
    Tensor b = Tensor.of(1L, 0L).ne(0);
    assertRefused(DTypeException.class, () -> b.fmod(b), "fmod: ", "bool");
    assertRefused(DTypeException.class, () -> b.div(b, Rounding.FLOOR), "floor_divide: ", "bool");
  }

  @Test
  void boundsBeyondATypeBoundNothing() {
    Tensor x = Tensor.of(3, 200).to(DType.UINT8);
    assertArrayEquals(new long[] {3, 200}, x.clamp(-5, 1000).to(DType.INT64).toLongArray());
    assertArrayEquals(new long[] {0, 0}, x.clampMax(-5).to(DType.INT64).toLongArray());
    Tensor y = Tensor.of(-7, 9);
    assertEquals(DType.INT32, y.to(DType.INT32).clamp(-5, 10_000_000_000L).dtype());
    assertArrayEquals(
        new long[] {-5, 9},
        y.to(DType.INT32).clamp(-5, 10_000_000_000L).to(DType.INT64).toLongArray());
    assertEquals(DType.FLOAT32, x.clamp(0, 2.5).dtype());
    assertArrayEquals(new double[] {2.5, 2.5}, x.clamp(0, 2.5).toDoubleArray());
  }
}
