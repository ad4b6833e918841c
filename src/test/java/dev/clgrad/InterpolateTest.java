package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Interpolation beyond PyTorch's cases: random sizes against the definition, derivatives, errors.
 */
class InterpolateTest {
  private static final String[] LINEAR = {"linear", "bilinear", "trilinear"};

  private final Random random = new Random(29);

  private Tensor numbers(long... sizes) {
    Shape shape = Shape.of(sizes);
    double[] values = random.doubles(shape.numel(), -1, 1).toArray();
    return Tensor.fromArray(values, DType.FLOAT64, shape, Device.getDefault());
  }

  /** What each place of the result takes of each place of the input, in one dimension. */
  private static double[][] weights(
      int in, int out, double scale, boolean nearest, boolean corners) {
    double[][] weights = new double[out][in];
    for (int q = 0; q < out; q++) {
      if (nearest) {
        weights[q][(int) Math.min(Math.floor(q * scale + 1e-9), in - 1)] = 1;
        continue;
      }
      double s =
          corners
              ? (out == 1 ? 0 : (double) q * (in - 1) / (out - 1))
              : Math.max(0, (q + 0.5) * scale - 0.5);
      int i = (int) Math.min(Math.floor(s + 1e-12), in - 1);
      weights[q][i] += 1 - (s - i);
      weights[q][Math.min(i + 1, in - 1)] += s - i;
    }
    return weights;
  }

  @Test
  void agreesWithTheDefinition() {
    for (int i = 0; i < 80; i++) {
      int dims = 1 + random.nextInt(3);
      boolean nearest = random.nextBoolean();
      boolean corners = !nearest && random.nextBoolean();
      boolean bySize = random.nextBoolean();
      long[] shape = new long[dims + 2];
      shape[0] = random.nextInt(3);
      shape[1] = 1L + random.nextInt(2);
      long[] size = new long[dims];
      double[] factors = new double[dims];
      double[][][] weights = new double[dims][][];
      for (int d = 0; d < dims; d++) {
        int in = 1 + random.nextInt(9);
        shape[2 + d] = in;
        factors[d] = (5 + random.nextInt(30)) / 10.0;
        size[d] = bySize ? 1 + random.nextInt(12) : Math.max(1, (long) Math.floor(in * factors[d]));
        factors[d] = Math.max(factors[d], 1.0 / in);
        double scale = bySize ? (double) in / size[d] : 1 / factors[d];
        weights[d] = weights(in, (int) size[d], scale, nearest, corners);
      }
      String mode = nearest ? "nearest" : LINEAR[dims - 1];
      Tensor x = numbers(shape).requiresGrad(true);
      Tensor y =
          bySize ? x.interpolate(size, mode, corners) : x.interpolate(factors, mode, corners);
      Tensor expected = x.detach();
      for (int d = 0; d < dims; d++) {
        expected = along(expected, 2 + d, weights[d]);
      }
      String what = mode + " " + x.shape() + " to " + y.shape();
      assertEquals(expected.shape(), y.shape(), what);
      assertArrayEquals(expected.toDoubleArray(), y.toDoubleArray(), 1e-9, what);
      Tensor dy = numbers(y.shape().toArray());
      Tensor dx = Autograd.grad(List.of(y), List.of(x), List.of(dy), false, false).get(0);
      Tensor back = dy;
      for (int d = 0; d < dims; d++) {
        back = along(back, 2 + d, transposed(weights[d]));
      }
      assertArrayEquals(back.toDoubleArray(), dx.toDoubleArray(), 1e-9, what);
    }
  }

  /** A product with a matrix in one dimension. */
  private static Tensor along(Tensor x, int dim, double[][] matrix) {
    Tensor m = Tensor.of(matrix);
    return x.transpose(dim, x.dim() - 1).matmul(m.transpose(0, 1)).transpose(dim, x.dim() - 1);
  }

  private static double[][] transposed(double[][] matrix) {
    double[][] result = new double[matrix[0].length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < matrix[i].length; j++) {
        result[j][i] = matrix[i][j];
      }
    }
    return result;
  }

  private void check(UnaryOperator<Tensor> function, long... sizes) {
    Shape shape = Shape.of(sizes);
    FiniteDifferences.check(function, shape, random.doubles(shape.numel(), -1, 1).toArray());
  }

  @Test
  void gradientsAreTheDerivatives() {
    check(t -> t.interpolate(new long[] {5, 2}, "bilinear").pow(2), 1, 2, 3, 4);
    check(t -> t.interpolate(new long[] {5, 2}, "bilinear", true).pow(2), 1, 2, 3, 4);
    check(t -> t.interpolate(new double[] {1.7}, "nearest").pow(2), 1, 2, 3, 4);
    check(t -> t.interpolate(new long[] {2, 3, 4}, "trilinear").pow(2), 1, 1, 3, 2, 2);
  }

  /** Large sizes do not lose the fraction of a place in float32. */
  @Test
  void placesAreExact() {
    int n = 100_000;
    Tensor x = Tensor.arange(n).to(DType.FLOAT32).mul(1e-5f).reshape(1, 1, n);
    float[] y = x.interpolate(new double[] {1.1}, "linear").toFloatArray();
    for (int q = 50; q < y.length; q += 997) {
      double s = Math.min((q + 0.5) / 1.1 - 0.5, n - 1);
      assertEquals(s * 1e-5, y[q], 2e-7, "place " + q);
    }
  }

  @Test
  void wrongCallsAreToldWhatIsWrong() {
    Tensor x = Tensor.ones(1, 2, 4, 4);
    long[] two = {2};
    assertMessage(
        "expected [batch, channels, …]", () -> Tensor.ones(4, 4).interpolate(two, "nearest"));
    assertMessage("in mode linear", () -> x.interpolate(two, "linear"));
    assertMessage("no mode \"cubic\"", () -> x.interpolate(two, "cubic"));
    assertMessage("size [0]", () -> x.interpolate(new long[] {0}, "nearest"));
    assertMessage("has 3 numbers", () -> x.interpolate(new long[] {1, 2, 3}, "nearest"));
    assertMessage("scale factor -1.0", () -> x.interpolate(new double[] {-1}, "nearest"));
    assertMessage("would have size 0", () -> x.interpolate(new double[] {0.1}, "nearest"));
    assertMessage("alignCorners", () -> x.interpolate(two, "nearest", true));
    Tensor integers = x.to(DType.INT64);
    assertThrows(DTypeException.class, () -> integers.interpolate(two, "nearest"));
  }

  private static void assertMessage(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(ShapeException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
