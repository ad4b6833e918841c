package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How tensors are made from Java's numbers and arrays, filled, counted through, and converted. */
class CreationTest {
  private static void assertTensor(Tensor x, DType dtype, Shape shape, double... values) {
    assertEquals(dtype, x.dtype());
    assertEquals(shape, x.shape());
    assertArrayEquals(values, x.toDoubleArray());
  }

  @Test
  void theJavaTypeGivesTheDtype() {
    assertTensor(Tensor.scalar(3f), DType.FLOAT32, Shape.SCALAR, 3);
    assertTensor(Tensor.scalar(0.1), DType.FLOAT64, Shape.SCALAR, 0.1);
    assertTensor(Tensor.scalar(3), DType.INT64, Shape.SCALAR, 3);
    assertTensor(Tensor.scalar(true), DType.BOOL, Shape.SCALAR, 1);
    assertTensor(Tensor.of(1f, 2f), DType.FLOAT32, Shape.of(2), 1, 2);
    assertTensor(Tensor.of(1.5, 2), DType.FLOAT64, Shape.of(2), 1.5, 2);
    assertTensor(Tensor.of(1, 2, 3), DType.INT64, Shape.of(3), 1, 2, 3);
    assertTensor(Tensor.of(true, false), DType.BOOL, Shape.of(2), 1, 0);
    assertTensor(Tensor.of(new int[] {-1, 2}), DType.INT32, Shape.of(2), -1, 2);
    assertTensor(Tensor.of(new byte[] {-1, 2}), DType.UINT8, Shape.of(2), 255, 2);
    assertTensor(Tensor.of(new float[0]), DType.FLOAT32, Shape.of(0));
  }

  @Test
  void nestedArraysGiveTheirShape() {
    assertTensor(
        Tensor.of(new float[][] {{1, 2, 3}, {4, 5, 6}}),
        DType.FLOAT32,
        Shape.of(2, 3),
        1,
        2,
        3,
        4,
        5,
        6);
    assertTensor(
        Tensor.of(new double[][][] {{{1}, {2}}, {{3}, {4}}}),
        DType.FLOAT64,
        Shape.of(2, 2, 1),
        1,
        2,
        3,
        4);
    assertTensor(Tensor.of(new long[][] {{1}, {2}}), DType.INT64, Shape.of(2, 1), 1, 2);
    assertTensor(Tensor.of(new int[][] {{1, 2}}), DType.INT32, Shape.of(1, 2), 1, 2);
    assertTensor(Tensor.of(new boolean[][] {{true}, {false}}), DType.BOOL, Shape.of(2, 1), 1, 0);
    assertTensor(Tensor.of(new float[2][0]), DType.FLOAT32, Shape.of(2, 0));
    assertTensor(Tensor.of(new float[0][3]), DType.FLOAT32, Shape.of(0, 0));
  }

  @Test
  void raggedArraysAreRefusedWithTheirPlace() {
    ShapeException e =
        assertThrows(
            ShapeException.class,
            () -> Tensor.of(new float[][][] {{{1, 2}, {3, 4}}, {{1, 2}, {3}}}));
    assertTrue(e.getMessage().contains("[1][1] has length 1"), e.getMessage());
    assertThrows(ShapeException.class, () -> Tensor.of(new long[][] {{}, {1}}));
  }

  @Test
  void anArrayMustFillItsShape() {
    assertTensor(
        Tensor.of(new float[] {1, 2, 3, 4}, 2, 2), DType.FLOAT32, Shape.of(2, 2), 1, 2, 3, 4);
    ShapeException e =
        assertThrows(ShapeException.class, () -> Tensor.of(new float[] {1, 2, 3}, 2, 2));
    assertTrue(e.getMessage().contains("3") && e.getMessage().contains("[2, 2]"), e.getMessage());
  }

  @Test
  void arraysAreCopied() {
    float[] values = {1, 2};
    Tensor x = Tensor.of(values);
    values[0] = 9;
    assertTensor(x, DType.FLOAT32, Shape.of(2), 1, 2);
  }

  @Test
  void filled() {
    assertTensor(Tensor.zeros(2), DType.FLOAT32, Shape.of(2), 0, 0);
    assertTensor(Tensor.ones(Shape.of(2), DType.INT32), DType.INT32, Shape.of(2), 1, 1);
    assertTensor(Tensor.full(Shape.of(2), 7), DType.INT64, Shape.of(2), 7, 7);
    assertTensor(Tensor.full(Shape.SCALAR, 7.5), DType.FLOAT32, Shape.SCALAR, 7.5);
    assertTensor(Tensor.full(Shape.of(1), 0.5, DType.BOOL), DType.BOOL, Shape.of(1), 1);
    assertTensor(Tensor.full(Shape.of(1), -1, DType.UINT8), DType.UINT8, Shape.of(1), 255);
    assertTensor(Tensor.zerosLike(Tensor.of(1, 2)), DType.INT64, Shape.of(2), 0, 0);
    assertTensor(Tensor.onesLike(Tensor.of(true)), DType.BOOL, Shape.of(1), 1);
    assertThrows(ShapeException.class, () -> Tensor.zeros(-1));
  }

  @Test
  void countedThrough() {
    assertTensor(Tensor.arange(3), DType.INT64, Shape.of(3), 0, 1, 2);
    assertTensor(Tensor.arange(5, 0, -2), DType.INT64, Shape.of(3), 5, 3, 1);
    assertTensor(Tensor.arange(0, 1, 0.25), DType.FLOAT32, Shape.of(4), 0, 0.25, 0.5, 0.75);
    assertTensor(Tensor.arange(2, 2), DType.INT64, Shape.of(0));
    assertThrows(ShapeException.class, () -> Tensor.arange(0, 5, 0));
    assertThrows(ShapeException.class, () -> Tensor.arange(0, 5, -1));
    assertTensor(Tensor.linspace(0, 1, 5), DType.FLOAT32, Shape.of(5), 0, 0.25, 0.5, 0.75, 1);
    assertTensor(Tensor.linspace(2, 3, 1), DType.FLOAT32, Shape.of(1), 2);
    assertThrows(ShapeException.class, () -> Tensor.linspace(0, 1, -1));
    assertTensor(Tensor.eye(2, 3), DType.FLOAT32, Shape.of(2, 3), 1, 0, 0, 0, 1, 0);
    assertTensor(
        Tensor.eye(2, 2, DType.BOOL, Device.getDefault()), DType.BOOL, Shape.of(2, 2), 1, 0, 0, 1);
  }

  @Test
  void convertsAndGradientsFlowBack() {
    Tensor x = Tensor.of(1.5f, -2.5f, 0).requiresGrad(true);
    assertTensor(x.to(DType.INT64), DType.INT64, Shape.of(3), 1, -2, 0);
    assertTensor(x.to(DType.BOOL), DType.BOOL, Shape.of(3), 1, 1, 0);
    assertSame(x, x.to(DType.FLOAT32));
    x.to(DType.FLOAT64).mul(3).sum().backward();
    assertTensor(present(x.grad()), DType.FLOAT32, Shape.of(3), 3, 3, 3);
  }

  @Test
  void movesBetweenDevices() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).requiresGrad(true);
    Tensor y = x.transpose(0, 1).to(Device.of("cpu"));
    assertEquals("cpu", y.device().name());
    assertTensor(y, DType.FLOAT32, Shape.of(2, 2), 1, 3, 2, 4);
    y.mul(Tensor.of(new float[] {1, 2, 3, 4}, Shape.of(2, 2), Device.of("cpu"))).sum().backward();
    Tensor gradient = present(x.grad());
    assertEquals(x.device(), gradient.device());
    assertTensor(gradient, DType.FLOAT32, Shape.of(2, 2), 1, 3, 2, 4);
    assertSame(x, x.to(Device.getDefault()));
  }

  private static Tensor present(@Nullable Tensor x) {
    if (x == null) {
      throw new AssertionError("no gradient");
    }
    return x;
  }
}
