package dev.clgrad.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.Autograd;
import dev.clgrad.Clgrad;
import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;
import org.junit.jupiter.api.Test;

class LinearTest {
  @Test
  void startsAsPyTorchDoes() {
    Clgrad.manualSeed(3);
    Linear linear = new Linear(100, 400);
    assertEquals(Shape.of(400, 100), linear.weight().shape());
    double bound = 0.1;
    checkUniform(linear.weight(), bound);
    Tensor bias = linear.bias();
    assertNotNull(bias);
    assertEquals(Shape.of(400), bias.shape());
    checkUniform(bias, bound);
    assertNull(new Linear(2, 3, false).bias());
  }

  /** Within the bounds, and with a uniform's mean and variance to five standard errors. */
  private static void checkUniform(Tensor x, double bound) {
    double sum = 0;
    double squares = 0;
    for (float value : x.toFloatArray()) {
      assertTrue(Math.abs(value) <= bound * (1 + 1e-6), () -> value + " lies outside " + bound);
      sum += value;
      squares += (double) value * value;
    }
    double n = x.numel();
    double variance = bound * bound / 3;
    assertEquals(0, sum / n, 5 * Math.sqrt(variance / n));
    assertEquals(variance, squares / n, 5 * variance * Math.sqrt(0.8 / n));
  }

  @Test
  void multipliesByTheTransposedWeightAndAddsTheBias() {
    Linear linear = new Linear(2, 3);
    set(linear.weight(), 1, 2, 3, 4, 5, 6);
    Tensor bias = linear.bias();
    assertNotNull(bias);
    set(bias, 10, 20, 30);
    Tensor y = linear.forward(Tensor.of(1f, -1f, 0.5f, 2f).reshape(2, 2));
    assertEquals(Shape.of(2, 3), y.shape());
    assertArrayEquals(new float[] {9, 19, 29, 14.5f, 29.5f, 44.5f}, y.toFloatArray());
    // Any number of leading dimensions, none included.
    assertArrayEquals(new float[] {9, 19, 29}, linear.forward(Tensor.of(1f, -1f)).toFloatArray());
    assertEquals(
        Shape.of(2, 1, 3), linear.forward(Tensor.of(1f, -1f, 0.5f, 2f).reshape(2, 1, 2)).shape());
  }

  private static void set(Tensor x, float... values) {
    try (var off = Autograd.noGrad()) {
      x.copy_(Tensor.of(values).reshape(x.shape().toArray()));
    }
  }

  @Test
  void gradientsAreThoseOfFiniteDifferences() {
    Clgrad.manualSeed(4);
    Linear linear = new Linear(3, 2);
    Tensor bias = linear.bias();
    assertNotNull(bias);
    Tensor x =
        Tensor.of(0.5f, -1, 2, 1, 0.25f, -0.75f, 3, 1, -2, 0, 1, 0.5f)
            .reshape(4, 3)
            .requiresGrad(true);
    linear.forward(x).pow(2).sum().backward();
    for (Tensor parameter : new Tensor[] {linear.weight(), bias, x}) {
      Tensor grad = parameter.grad();
      assertNotNull(grad);
      float[] values = parameter.toFloatArray();
      float[] gradient = grad.toFloatArray();
      for (int i = 0; i < values.length; i++) {
        double up = loss(linear, bias, x, parameter, i, 1e-3);
        double down = loss(linear, bias, x, parameter, i, -1e-3);
        // A square's central difference is exact; what is left is rounding in double.
        assertEquals((up - down) / 2e-3, gradient[i], 1e-4 * Math.max(1, Math.abs(gradient[i])));
      }
    }
  }

  /** The loss in plain double loops, with one element of one tensor moved. */
  private static double loss(
      Linear linear, Tensor bias, Tensor x, Tensor moved, int index, double by) {
    double[] w = linear.weight().toDoubleArray();
    double[] b = bias.toDoubleArray();
    double[] in = x.toDoubleArray();
    (moved == bias ? b : moved == x ? in : w)[index] += by;
    double loss = 0;
    for (int row = 0; row < 4; row++) {
      for (int out = 0; out < 2; out++) {
        double y = b[out];
        for (int k = 0; k < 3; k++) {
          y += in[row * 3 + k] * w[out * 3 + k];
        }
        loss += y * y;
      }
    }
    return loss;
  }

  @Test
  void refusesWhatDoesNotFit() {
    Linear linear = new Linear(3, 2);
    ShapeException shape =
        assertThrows(ShapeException.class, () -> linear.forward(Tensor.zeros(4, 2)));
    assertTrue(shape.getMessage().contains("Linear(3, 2)"), shape.getMessage());
    assertTrue(shape.getMessage().contains("[4, 2]"), shape.getMessage());
    assertThrows(ShapeException.class, () -> linear.forward(Tensor.scalar(1)));
    Tensor integers = Tensor.of(1L, 2L, 3L);
    DTypeException dtype = assertThrows(DTypeException.class, () -> linear.forward(integers));
    assertTrue(dtype.getMessage().contains(DType.INT64.toString()), dtype.getMessage());
    assertThrows(ShapeException.class, () -> new Linear(0, 2));
    assertThrows(ShapeException.class, () -> new Linear(2, -1));
  }
}
