package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** float16 and bfloat16: stored as such, computed in float32, each result rounded. */
class ReducedPrecisionTest {
  private static float[] uniform(int n, double bound, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
    return values;
  }

  /** Rounds by way of the device: {@code HalvesTest} shows that the conversion is right. */
  private static float[] rounded(float[] values, DType dtype) {
    return Tensor.of(values, values.length).to(dtype).toFloatArray();
  }

  /** Every number of a format goes from its bits to float32 and back unchanged, on the device. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void everyNumberSurvivesTheDevice(DType dtype) {
    int top = dtype == DType.FLOAT16 ? 0x7c00 : 0x7f80;
    float[] numbers = new float[2 * top + 2];
    for (int bits = 0; bits <= top; bits++) {
      numbers[2 * bits] = number(dtype, bits);
      numbers[2 * bits + 1] = -numbers[2 * bits];
    }
    float[] back = rounded(numbers, dtype);
    for (int i = 0; i < numbers.length; i++) {
      // Devices may take float32's subnormal numbers, which bfloat16 has too, for 0.
      if (Math.abs(numbers[i]) >= Float.MIN_NORMAL || dtype == DType.FLOAT16) {
        assertEquals(numbers[i], back[i], dtype + " " + i);
      }
    }
  }

  private static float number(DType dtype, int bits) {
    if (dtype == DType.BFLOAT16) {
      return Float.intBitsToFloat(bits << 16);
    }
    int exponent = bits >> 10;
    int fraction = bits & 0x3ff;
    return exponent == 31
        ? Float.POSITIVE_INFINITY
        : exponent == 0
            ? Math.scalb((float) fraction, -24)
            : Math.scalb(1 + fraction / 1024f, exponent - 15);
  }

  @Test
  void numbersAreRoundedToNearestWithTiesToEven() {
    float[] x = {
      1 + 0x1p-11f, 1 + 3 * 0x1p-11f, 65519, 65520, -65520, 0x1p-25f, 0x1.8p-25f, Float.NaN
    };
    assertArrayEquals(
        new float[] {
          1,
          1 + 0x1p-9f,
          65504,
          Float.POSITIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          0,
          0x1p-24f,
          Float.NaN
        },
        rounded(x, DType.FLOAT16));
    float[] y = {1 + 0x1p-8f, 1 + 3 * 0x1p-8f, 3.4e38f, -1e30f, Float.NaN};
    float[] b = rounded(y, DType.BFLOAT16);
    assertEquals(1, b[0]);
    assertEquals(1 + 0x1p-6f, b[1]);
    assertEquals(Float.POSITIVE_INFINITY, b[2]);
    assertEquals(Float.intBitsToFloat(0xf14a << 16), b[3]);
    assertTrue(Float.isNaN(b[4]));
  }

  @Test
  void promotionIsPyTorchs() {
    assertEquals(DType.FLOAT32, DType.promote(DType.FLOAT16, DType.BFLOAT16));
    assertEquals(DType.FLOAT16, DType.promote(DType.FLOAT16, DType.INT64));
    assertEquals(DType.FLOAT32, DType.promote(DType.BFLOAT16, DType.FLOAT32));
    Tensor half = Tensor.of(1f, 2f).to(DType.FLOAT16);
    assertEquals(DType.FLOAT16, half.mul(0.1).dtype());
    assertEquals(DType.FLOAT16, half.add(Tensor.of(1L, 2L)).dtype());
    assertEquals(DType.FLOAT32, half.add(Tensor.of(1f, 2f)).dtype());
    assertEquals(DType.BOOL, half.lt(Tensor.of(1.5f).to(DType.FLOAT16)).dtype());
    assertEquals("tensor([1., 2.], dtype=float16)", half.toString());
    assertEquals("tensor([1., 2.], dtype=bfloat16)", half.to(DType.BFLOAT16).toString());
  }

  /** Each step of a chain rounds, fused or not. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void eachResultIsRounded(DType dtype) {
    int n = 1003;
    float[] x = rounded(uniform(n, 4, 1), dtype);
    float[] w = rounded(uniform(n, 4, 2), dtype);
    Tensor a = Tensor.of(x, n).to(dtype);
    Tensor b = Tensor.of(w, n).to(dtype);
    float[] actual = a.mul(b).add(a).sub(0.3).toFloatArray();
    float[] products = new float[n];
    for (int i = 0; i < n; i++) {
      products[i] = x[i] * w[i];
    }
    float[] sums = rounded(products, dtype);
    for (int i = 0; i < n; i++) {
      sums[i] += x[i];
    }
    float[] differences = rounded(sums, dtype);
    for (int i = 0; i < n; i++) {
      differences[i] -= 0.3f;
    }
    assertArrayEquals(rounded(differences, dtype), actual);
  }

  /** What kernels compute in float32 is rounded once. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void kernelsWidenAndRoundOnce(DType dtype) {
    List<UnaryOperator<Tensor>> ops =
        List.of(
            Tensor::sum,
            x -> x.mean(1),
            x -> x.amax(0),
            x -> x.softmax(1),
            x -> x.logSoftmax(0),
            x -> x.matmul(x.t()),
            x -> x.layerNorm(Shape.of(17), null, null, 1e-5),
            x -> x.gather(1, Tensor.of(new long[] {0, 3, 16, 3}, 4, 1)),
            x -> x.crossEntropy(Tensor.of(new long[] {0, 3, 16, 3}, 4)),
            x -> x.t().mul(2),
            x -> x.square().sum(0),
            x -> x.reshape(1, 4, 17).conv1d(x.reshape(4, 1, 17).narrow(2, 3, 5).expand(4, 4, 5)),
            x -> x.reshape(1, 1, 4, 17).avgPool2d(2),
            x -> x.reshape(1, 1, 4, 17).maxPool2d(2),
            x -> x.reshape(1, 4, 17).groupNorm(2),
            x -> x.scaledDotProductAttention(x, x),
            x -> Tensor.cat(List.of(x, x.narrow(0, 1, 2)), 0),
            x -> x.indexSelect(0, Tensor.of(3L, 3L, 0L)),
            x -> x.scatterAdd(0, Tensor.of(new long[] {2, 2, 0}, 1, 3), x.narrow(1, 5, 3)),
            x -> x.cumsum(1),
            x -> x.narrow(1, 0, 3).prod(1, false),
            x -> x.var(1),
            x -> x.logsumexp(1),
            x -> x.amin(1),
            x -> x.max(1, false).values(),
            x -> x.topk(3, 1).values(),
            x -> x.sort(1).values());
    for (int i = 0; i < ops.size(); i++) {
      float[] values = rounded(uniform(4 * 17, 2, 3), dtype);
      Tensor reduced = Tensor.of(values, 4, 17).to(dtype).requiresGrad(true);
      Tensor full = Tensor.of(values, 4, 17).requiresGrad(true);
      Tensor y = ops.get(i).apply(reduced);
      Tensor expected = ops.get(i).apply(full);
      assertEquals(dtype, y.dtype());
      double unit = dtype == DType.FLOAT16 ? 0x1p-11 : 0x1p-8;
      // square().sum() and the standard deviation round on the way.
      close(
          expected.toDoubleArray(), y.toDoubleArray(), i == 10 ? 6 * unit : 1.01 * unit, "op " + i);
      float[] upstream = rounded(uniform((int) y.numel(), 1, 4), dtype);
      long[] shape = y.shape().toArray();
      y.backward(Tensor.of(upstream, shape).to(dtype));
      expected.backward(Tensor.of(upstream, shape));
      Tensor dx = Objects.requireNonNull(reduced.grad());
      assertEquals(dtype, dx.dtype());
      close(
          Objects.requireNonNull(full.grad()).toDoubleArray(),
          dx.toDoubleArray(),
          8 * unit,
          "gradient of op " + i);
    }
  }

  private static void close(double[] expected, double[] actual, double tolerance, String what) {
    double top = 0;
    for (double e : expected) {
      top = Math.max(top, Math.abs(e));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(
          expected[i],
          actual[i],
          tolerance * Math.max(Math.abs(expected[i]), top / 8),
          what + " at " + i);
    }
  }

  @Test
  void anElementTakesTwoBytes() {
    Tensor x = Tensor.zeros(Shape.of(1000), DType.FLOAT16);
    x.copy_(Tensor.of(uniform(1000, 1, 6), 1000));
    x.toFloatArray();
    Device.getDefault().synchronize();
    String text = x.mul(3).explain().toString();
    assertTrue(text.contains("bytes   2,000 read, 2,000 written"), text);
  }

  @Test
  void creationAndInPlaceKeepTheType() {
    for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16)) {
      Tensor x = Tensor.arange(0, 6, 1, dtype, Device.getDefault());
      assertEquals(dtype, x.dtype());
      x.mul_(0.5).add_(Tensor.of(1f).to(dtype));
      assertArrayEquals(new float[] {1, 1.5f, 2, 2.5f, 3, 3.5f}, x.toFloatArray());
      Tensor y = Tensor.full(Shape.of(3), 0.1, dtype);
      assertArrayEquals(rounded(new float[] {0.1f, 0.1f, 0.1f}, dtype), y.toFloatArray());
      y.copy_(Tensor.of(1f, 2f, 3f));
      assertArrayEquals(new float[] {1, 2, 3}, y.toFloatArray());
      assertEquals(dtype, Tensor.eye(2, 2, dtype, Device.getDefault()).dtype());
    }
  }
}
