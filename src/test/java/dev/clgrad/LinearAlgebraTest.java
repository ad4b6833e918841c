package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Linear algebra by what its results must satisfy, by every kernel, and its gradients. */
class LinearAlgebraTest {
  private final Random random = new Random(43);

  @AfterEach
  void chooseKernelsAgain() {
    System.clearProperty("clgrad.kernels");
  }

  private Tensor tensor(DType dtype, long... shape) {
    double[] data = random.doubles(Shape.of(shape).numel(), -1, 1).toArray();
    Tensor x = Tensor.fromArray(data, DType.FLOAT64, Shape.of(shape), Device.getDefault());
    return x.to(dtype);
  }

  /** Matrices without small pivots that still need exchanges of rows. */
  private Tensor regular(DType dtype, long batches, long n) {
    Tensor x = tensor(dtype, batches, n, n);
    Tensor shift = Tensor.eye(n, n).to(dtype).mul(Math.sqrt((double) n));
    return exchange(dtype, n).matmul(x.add(shift));
  }

  /** The permutation that reverses rows. */
  private static Tensor exchange(DType dtype, long n) {
    double[] data = new double[(int) (n * n)];
    for (int i = 0; i < n; i++) {
      data[(int) (i * n + n - 1 - i)] = 1;
    }
    return Tensor.fromArray(data, DType.FLOAT64, Shape.of(n, n), Device.getDefault()).to(dtype);
  }

  private static void assertClose(Tensor expected, Tensor actual, String what) {
    assertEquals(expected.shape(), actual.shape(), what);
    double tolerance = actual.dtype() == DType.FLOAT32 ? 2e-3 : 1e-10;
    double[] wanted = expected.toDoubleArray();
    double[] values = actual.toDoubleArray();
    for (int i = 0; i < values.length; i++) {
      double allowed = tolerance * Math.max(1, Math.abs(wanted[i]));
      assertEquals(wanted[i], values[i], allowed, what + ", element " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 15, 16, 33, 64, 65, 130})
  void solutionsSolve(int n) {
    for (String kernels : List.of("vector", "group")) {
      System.setProperty("clgrad.kernels", kernels);
      for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
        String what = kernels + " of " + dtype + ", n = " + n;
        Tensor a = regular(dtype, 3, n);
        for (int k : new int[] {1, 5, 20}) {
          Tensor b = tensor(dtype, 3, n, k);
          assertClose(b, a.matmul(a.solve(b)), what + ", solve of " + k);
        }
        Tensor eye = Tensor.eye(n, n).to(dtype).expand(3, n, n);
        assertClose(eye, a.matmul(a.inv()), what + ", inv");
        Tensor positive = a.matmul(a.transpose(1, 2)).add(eye);
        Tensor factor = positive.cholesky();
        assertClose(positive, factor.matmul(factor.transpose(1, 2)), what + ", cholesky");
        Tensor upper = positive.cholesky(true);
        assertClose(factor.transpose(1, 2), upper, what + ", upper cholesky");
        double product = 1;
        for (int i = 0; i < n; i++) {
          product *= factor.select(0, 0).select(0, i).select(0, i).item();
        }
        if (n < 20) {
          double det = positive.select(0, 0).det().item();
          assertEquals(product * product, det, Math.abs(det) * 1e-3, what + ", det");
        }
        solvesTriangles(dtype, a, n, what);
      }
    }
  }

  /** Every triangle, with what must not be read set to NaN. */
  private void solvesTriangles(DType dtype, Tensor a, int n, String what) {
    double[] data = a.select(0, 0).toDoubleArray();
    for (int options = 0; options < 8; options++) {
      boolean upper = (options & 1) != 0;
      boolean transpose = (options & 2) != 0;
      boolean unit = (options & 4) != 0;
      double[] read = new double[n * n];
      double[] used = new double[n * n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          boolean inside = upper ? j > i : j < i;
          double value = i == j ? 2 + Math.abs(data[i * n + j]) : data[i * n + j] / n;
          read[i * n + j] = inside || (i == j && !unit) ? value : Double.NaN;
          used[i * n + j] = inside ? value : i == j ? (unit ? 1 : value) : 0;
        }
      }
      Tensor matrix = matrix(read, n, dtype);
      Tensor whole = matrix(used, n, dtype);
      Tensor b = tensor(dtype, n, 18);
      Tensor x = b.triangularSolve(matrix, upper, transpose, unit);
      Tensor product = (transpose ? whole.t() : whole).matmul(x);
      assertClose(b, product, what + ", triangle " + options);
    }
  }

  private static Tensor matrix(double[] data, int n, DType dtype) {
    return Tensor.fromArray(data, DType.FLOAT64, Shape.of(n, n), Device.getDefault()).to(dtype);
  }

  /** First and second derivatives against central differences along random directions. */
  @Test
  void differentiates() {
    Tensor b = tensor(DType.FLOAT64, 2, 4, 3);
    Tensor one = regular(DType.FLOAT64, 1, 4).select(0, 0);
    List<UnaryOperator<Tensor>> functions =
        List.of(
            Tensor::inv,
            Tensor::det,
            x -> x.solve(b),
            x -> one.solve(x),
            x -> x.solve(b.select(0, 0).select(1, 0)),
            x -> b.triangularSolve(x.add(shift()), true, false, false),
            x -> b.triangularSolve(x.add(shift()), false, true, false),
            x -> b.triangularSolve(x, false, false, true),
            x -> x.triangularSolve(one.add(shift()), true, true, false),
            x -> x.matmul(x.transpose(1, 2)).add(shift()).cholesky(),
            x -> x.matmul(x.transpose(1, 2)).add(shift()).cholesky(true));
    for (int f = 0; f < functions.size(); f++) {
      UnaryOperator<Tensor> function = functions.get(f);
      Tensor x = regular(DType.FLOAT64, 2, 4).detach().requiresGrad(true);
      Tensor direction = tensor(DType.FLOAT64, 2, 4, 4);
      Tensor y = function.apply(x);
      Tensor dy = tensor(DType.FLOAT64, y.shape().toArray());
      double h = 1e-5;
      double expected = difference(z -> function.apply(z).mul(dy).sum(), x, direction, h);
      List<Tensor> kernel = Autograd.grad(List.of(y), List.of(x), List.of(dy), true, false);
      List<Tensor> graph = Autograd.grad(List.of(y), List.of(x), List.of(dy), true, true);
      double size = Math.max(1, Math.abs(expected));
      assertEquals(expected, kernel.get(0).mul(direction).sum().item(), 1e-6 * size, "op " + f);
      assertEquals(expected, graph.get(0).mul(direction).sum().item(), 1e-6 * size, "op " + f);
      Tensor along = graph.get(0).mul(direction).sum();
      double second = difference(z -> derivative(function, z, dy, direction), x, direction, h);
      double actual =
          along.requiresGrad()
              ? Autograd.grad(List.of(along), List.of(x)).get(0).mul(direction).sum().item()
              : 0;
      assertEquals(second, actual, 1e-5 * Math.max(1, Math.abs(second)), "second of op " + f);
    }
  }

  private static Tensor shift() {
    return Tensor.eye(4, 4).to(DType.FLOAT64).mul(3);
  }

  private static Tensor derivative(
      UnaryOperator<Tensor> function, Tensor x, Tensor dy, Tensor direction) {
    Tensor leaf = x.detach().requiresGrad(true);
    Tensor y = function.apply(leaf);
    return Autograd.grad(List.of(y), List.of(leaf), List.of(dy), false, false)
        .get(0)
        .mul(direction)
        .sum();
  }

  private static double difference(UnaryOperator<Tensor> f, Tensor x, Tensor direction, double h) {
    double after = f.apply(x.detach().add(direction.mul(h))).item();
    double before = f.apply(x.detach().sub(direction.mul(h))).item();
    return (after - before) / (2 * h);
  }

  /** The gradient of a determinant is the matrix of cofactors, whether the matrix is singular. */
  @Test
  void singularMatricesHaveADeterminantAndItsGradient() {
    double[][] matrices = {
      {1, 2, 3, 2, 4, 6, 1, 0, 1}, {0, 1, 0, 0, 0, 1, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 0, 0, 0}
    };
    for (double[] m : matrices) {
      for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
        Tensor a = matrix(m, 3, dtype).requiresGrad(true);
        Tensor det = a.det();
        assertEquals(0, det.item(), 0);
        double[] cofactors = new double[9];
        for (int i = 0; i < 3; i++) {
          for (int j = 0; j < 3; j++) {
            int r = (i + 1) % 3;
            int s = (i + 2) % 3;
            int c = (j + 1) % 3;
            int d = (j + 2) % 3;
            cofactors[3 * i + j] = m[3 * r + c] * m[3 * s + d] - m[3 * r + d] * m[3 * s + c];
          }
        }
        Tensor gradient = Autograd.grad(List.of(det), List.of(a)).get(0);
        assertArrayEquals(cofactors, gradient.toDoubleArray(), 1e-6);
      }
    }
  }

  @Test
  void whatTheValuesMakeImpossibleIsAnErrorOfTheRead() {
    Tensor zero = Tensor.zeros(2, 3, 3);
    zero.select(0, 0).add_(Tensor.eye(3, 3));
    assertData("inv: matrix 1 of the batch of shape [2] is singular", () -> zero.inv());
    assertData("solve: matrix 1", () -> zero.solve(zero));
    assertData("cholesky: matrix 1", () -> zero.cholesky());
    assertData("cholesky: the matrix is not positive", () -> Tensor.eye(2, 2).neg().cholesky());
    assertArrayEquals(new float[] {1, 0}, zero.det().toFloatArray());
    // The device goes on after the error.
    assertArrayEquals(new float[] {2}, Tensor.of(1f).add(1).toFloatArray());
  }

  private static void assertData(String start, Supplier<Tensor> call) {
    DataException error = assertThrows(DataException.class, () -> call.get().toFloatArray());
    assertTrue(error.getMessage().startsWith(start), error.getMessage());
  }

  @Test
  void refusesShapesAndTypesThatDoNotFit() {
    Tensor a = tensor(DType.FLOAT32, 2, 3);
    Tensor square = tensor(DType.FLOAT32, 3, 3);
    List<UnaryOperator<Tensor>> functions =
        List.of(
            Tensor::inv,
            Tensor::det,
            Tensor::cholesky,
            x -> x.solve(square),
            x -> square.triangularSolve(x));
    for (UnaryOperator<Tensor> function : functions) {
      ShapeException error = assertThrows(ShapeException.class, () -> function.apply(a));
      assertTrue(error.getMessage().contains("[2, 3] is no square matrix"), error.getMessage());
      assertThrows(DTypeException.class, () -> function.apply(square.to(DType.INT64)));
    }
    assertThrows(ShapeException.class, () -> square.solve(tensor(DType.FLOAT32, 2, 5)));
    assertThrows(ShapeException.class, () -> square.solve(Tensor.scalar(1f)));
    assertThrows(ShapeException.class, () -> a.triangularSolve(square));
    assertThrows(DTypeException.class, () -> square.solve(tensor(DType.FLOAT64, 3, 5)));
  }
}
