package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Compares gradients of a function of one float64 tensor with differences of its values. */
final class FiniteDifferences {
  private static final double STEP = 1e-5;
  private static final double TOLERANCE = 1e-6;

  private final UnaryOperator<Tensor> function;
  private final Shape shape;
  private final double[] data;
  private final Random random = new Random(5);

  private FiniteDifferences(UnaryOperator<Tensor> function, Shape shape, double[] data) {
    this.function = function;
    this.shape = shape;
    this.data = data;
  }

  /**
   * Checks the gradient by the backward kernels, the one in differentiable operations, and the
   * second derivative, at a point.
   */
  static void check(UnaryOperator<Tensor> function, Shape shape, double[] data) {
    new FiniteDifferences(function, shape, data).check();
  }

  private void check() {
    Tensor y = function.apply(leaf(data));
    double[] u = numbers((int) y.numel());
    double[] v = numbers(data.length);
    double[] expected = new double[data.length];
    double[] second = new double[data.length];
    for (int i = 0; i < data.length; i++) {
      expected[i] = difference(i, x -> dot(function.apply(leaf(x)).toDoubleArray(), u));
      second[i] = difference(i, x -> dot(gradient(x, u, false), v));
    }
    assertArrayEquals(expected, gradient(data, u, false), TOLERANCE, "by backward kernels");
    assertArrayEquals(expected, gradient(data, u, true), TOLERANCE, "by operations");
    Tensor x = leaf(data);
    Tensor again = function.apply(x);
    Tensor first =
        Autograd.grad(List.of(again), List.of(x), List.of(like(again, u)), true, true).get(0);
    if (first.requiresGrad()) {
      first.backward(like(first, v));
      Tensor grad = x.grad();
      // A function that is linear in x has no second derivative, and then none arrives.
      double[] actual = grad == null ? new double[data.length] : grad.toDoubleArray();
      assertArrayEquals(second, actual, TOLERANCE, "second derivative");
    } else {
      assertArrayEquals(new double[data.length], second, TOLERANCE, "second derivative");
    }
  }

  private double[] gradient(double[] at, double[] u, boolean createGraph) {
    Tensor x = leaf(at);
    Tensor y = function.apply(x);
    return Autograd.grad(List.of(y), List.of(x), List.of(like(y, u)), false, createGraph)
        .get(0)
        .toDoubleArray();
  }

  private interface Function {
    double of(double[] x);
  }

  private double difference(int i, Function f) {
    double[] up = data.clone();
    double[] down = data.clone();
    up[i] += STEP;
    down[i] -= STEP;
    return (f.of(up) - f.of(down)) / (2 * STEP);
  }

  private Tensor leaf(double[] x) {
    return Tensor.fromArray(x.clone(), DType.FLOAT64, shape, Device.getDefault())
        .requiresGrad(true);
  }

  private static Tensor like(Tensor y, double[] values) {
    return Tensor.fromArray(values, y.dtype(), y.shape(), y.device());
  }

  private double[] numbers(int n) {
    return random.doubles(n, -1, 1).toArray();
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
