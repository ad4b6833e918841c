package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * What a wrong call is told: the operation, what it met, what it expected and the mend; and that it
 * leaves every tensor as it was.
 */
class BadInputTest {
  private final Tensor x = Tensor.of(new float[][] {{1, 2, 3}, {4, 5, 6}}).requiresGrad(true);
  private final Tensor four = Tensor.of(1f, 2f, 3f, 4f);

  @AfterEach
  void leavesTensorsAsTheyWere() {
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, x.toFloatArray());
    assertArrayEquals(new float[] {1, 2, 3, 4}, four.toFloatArray());
    assertTrue(x.isLeaf());
  }

  private static void assertRefused(
      Class<? extends ClgradException> type, Executable call, String... parts) {
    String message = assertThrows(type, call).getMessage();
    assertNotNull(message);
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
    }
  }

  @Test
  void shapesThatDoNotBroadcast() {
    assertRefused(ShapeException.class, () -> x.add(four), "add: ", "[2, 3]", "[4]", "reshape");
    assertRefused(ShapeException.class, () -> x.mul(four), "mul: ", "[2, 3]", "[4]", "reshape");
    try (var off = Autograd.noGrad()) {
      assertRefused(ShapeException.class, () -> x.add_(four), "add_", "[4]", "[2, 3]");
      assertRefused(ShapeException.class, () -> x.copy_(four), "copy_", "[4]", "[2, 3]");
    }
  }

  @Test
  void matricesThatDoNotMultiply() {
    assertRefused(
        ShapeException.class, () -> x.matmul(Tensor.ones(2, 3)), "matmul: ", "[2, 3]", "transpose");
    assertRefused(
        DTypeException.class,
        () -> x.matmul(Tensor.ones(3, 2).to(DType.INT64)),
        "matmul: ",
        "float32",
        "int64",
        "to(DType)");
  }

  @Test
  void wrongDTypes() {
    assertRefused(
        DTypeException.class,
        () -> Tensor.of(1L, 2L).requiresGrad(true),
        "requiresGrad: ",
        "int64",
        "to(DType.FLOAT32)");
    assertRefused(
        ClgradException.class,
        () -> x.gather(1, Tensor.zeros(2, 1)),
        "gather: ",
        "float32",
        "int64");
    assertRefused(ClgradException.class, () -> Tensor.of(1L, 2L).mean(), "mean: ", "int64");
  }

  @Test
  void wrongLengths() {
    assertRefused(
        ShapeException.class, () -> Tensor.of(new float[] {1, 2, 3}, 2, 2), "of: ", "3", "[2, 2]");
    assertRefused(ShapeException.class, () -> x.reshape(4, 2), "reshape: ", "[2, 3]", "[4, 2]");
    assertRefused(ShapeException.class, () -> x.item(), "item: ", "[2, 3]", "toDoubleArray()");
  }

  @Test
  void raggedArrays() {
    assertRefused(
        ShapeException.class,
        () -> Tensor.of(new float[][] {{1, 2}, {3}}),
        "ragged",
        "[1]",
        "length 1");
  }

  @Test
  void dimensionsThatAreNotThere() {
    assertRefused(ShapeException.class, () -> x.sum(2), "sum: ", "2", "[2, 3]", "-2 to 1");
    assertRefused(ShapeException.class, () -> x.transpose(0, 3), "transpose: ", "3", "[2, 3]");
    assertRefused(ShapeException.class, () -> x.sum(0, 0), "sum: ", "0");
  }

  @Test
  void indicesThatPointOutside() {
    Tensor index = Tensor.of(new long[][] {{0}, {7}});
    // A device may find the index only when it runs: at the next host read at the latest.
    assertRefused(
        IndexException.class, () -> x.gather(1, index).toFloatArray(), "gather: ", "7", "0 to 2");
    assertArrayEquals(
        new float[] {1, 4}, x.gather(1, Tensor.zeros(2, 1).to(DType.INT64)).toFloatArray());
  }

  @Test
  void backwardWithoutAGradient() {
    assertRefused(
        AutogradException.class, () -> x.mul(2).backward(), "backward: ", "[2, 3]", "sum()");
    assertRefused(
        AutogradException.class, () -> four.sum().backward(), "backward: ", "requiresGrad(true)");
    assertRefused(
        ShapeException.class, () -> x.mul(2).backward(four), "backward: ", "[4]", "[2, 3]");
    assertRefused(
        DTypeException.class,
        () -> x.mul(2).backward(Tensor.zeros(2, 3).to(DType.INT64)),
        "backward: ",
        "int64",
        "float32");
    assertNull(x.grad());
  }

  @Test
  void backwardTwice() {
    Tensor y = x.mul(x).sum();
    y.backward();
    assertRefused(AutogradException.class, y::backward, "backward: ", "retainGraph");
    Tensor linear = x.mul(3).sum();
    linear.backward();
    assertRefused(AutogradException.class, linear::backward, "backward: ", "retainGraph");
    Tensor grad = x.grad();
    assertNotNull(grad);
    assertArrayEquals(new float[] {5, 7, 9, 11, 13, 15}, grad.toFloatArray());
  }

  @Test
  void changesInPlaceThatTheTapeWouldLose() {
    assertRefused(AutogradException.class, () -> x.add_(1), "add_: ", "noGrad()");
    assertRefused(
        ClgradException.class,
        () -> Tensor.of(1L).add_(Tensor.of(0.5f)),
        "add_: ",
        "float32",
        "int64");
  }

  @Test
  void functionsOfSeveralArguments() {
    Tensor whole = Tensor.of(1L, 2L, 3L);
    assertRefused(ShapeException.class, () -> x.atan2(four), "atan2: ", "[2, 3]", "[4]");
    assertRefused(ShapeException.class, () -> x.clamp(null, four), "clamp: ", "[2, 3]", "[4]");
    assertRefused(ClgradException.class, () -> x.clamp((Number) null, null), "clamp: ", "give");
    assertRefused(
        ShapeException.class, () -> x.addcmul(x, four), "addcmul: ", "[2, 3]", "[4]", "reshape");
    assertRefused(
        DTypeException.class, () -> x.addcdiv(whole, whole), "addcdiv: ", "int64", "FLOAT32");
    assertRefused(ShapeException.class, () -> x.lerp(four, 0.5), "lerp: ", "[2, 3]", "[4]");
    assertRefused(DTypeException.class, () -> whole.lerp(whole, 1), "lerp: ", "int64", "FLOAT32");
    assertRefused(ShapeException.class, () -> x.prelu(four), "prelu: ", "[4]", "[2, 3]", "3");
    assertRefused(
        DTypeException.class, () -> x.maskedFill(whole, 1), "masked_fill: ", "int64", "bool");
    assertRefused(
        DTypeException.class,
        () -> whole.maskedFill(whole.gt(1), 0.5),
        "masked_fill: ",
        "float32",
        "int64");
    assertRefused(
        ShapeException.class, () -> x.maskedFill(x.gt(1), four), "masked_fill: ", "[4]", "where");
    assertRefused(DTypeException.class, () -> whole.rsub(1, 0.5), "rsub: ", "0.5", "int64");
    assertRefused(DTypeException.class, () -> whole.rsub(whole, 0.5), "rsub: ", "int64");
  }
}
