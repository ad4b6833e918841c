package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrix products against loops in double. */
class MatmulTest {
  private final Random random = new Random(7);

  private Tensor tensor(DType dtype, long... shape) {
    int n = (int) Shape.of(shape).numel();
    double[] data = new double[n];
    for (int i = 0; i < n; i++) {
      data[i] = dtype.isFloating() ? random.nextDouble() * 2 - 1 : random.nextInt(20) - 10;
    }
    Object array =
        switch (dtype) {
          case FLOAT32 -> floats(data);
          case FLOAT64 -> data;
          case INT32 -> Arrays.stream(data).mapToInt(v -> (int) v).toArray();
          case INT64 -> Arrays.stream(data).mapToLong(v -> (long) v).toArray();
          default -> bytes(data);
        };
    return Tensor.fromArray(array, dtype, Shape.of(shape), Device.getDefault());
  }

  private static float[] floats(double[] data) {
    float[] out = new float[data.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) data[i];
    }
    return out;
  }

  private static byte[] bytes(double[] data) {
    byte[] out = new byte[data.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) data[i];
    }
    return out;
  }

  /** (m, k) times (k, n) for row-major arrays. */
  private static double[] product(double[] a, double[] b, int m, int k, int n) {
    double[] y = new double[m * n];
    for (int i = 0; i < m; i++) {
      for (int l = 0; l < k; l++) {
        for (int j = 0; j < n; j++) {
          y[i * n + j] += a[i * k + l] * b[l * n + j];
        }
      }
    }
    return y;
  }

  private static void assertClose(double[] expected, Tensor actual) {
    double tolerance = actual.dtype() == DType.FLOAT32 ? 2e-4 : 1e-11;
    assertArrayEquals(expected, actual.toDoubleArray(), tolerance);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "2, 3, 4",
    "7, 5, 3",
    "8, 16, 32",
    "9, 17, 33",
    "64, 64, 64",
    "65, 70, 67",
    "1, 300, 200",
    "200, 300, 1",
    "3, 1000, 5",
    "128, 784, 10",
    "130, 1, 70",
    "100, 520, 96",
    "16, 1100, 40",
    "257, 129, 131"
  })
  void multipliesMatricesOfAnyLayout(int m, int k, int n) {
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64)) {
      Tensor a = tensor(dtype, m, k);
      Tensor b = tensor(dtype, k, n);
      double[] expected = product(a.toDoubleArray(), b.toDoubleArray(), m, k, n);
      Tensor columnA = a.transpose(0, 1).clone().transpose(0, 1);
      Tensor columnB = b.t().clone().t();
      assertClose(expected, a.matmul(b));
      assertClose(expected, columnA.matmul(b));
      assertClose(expected, a.matmul(columnB));
      assertClose(expected, columnA.mm(columnB));
    }
  }

  @Test
  void readsPartsOfLargerMatrices() {
    Tensor a = tensor(DType.FLOAT32, 3, 70, 90);
    Tensor b = tensor(DType.FLOAT32, 100, 150);
    Tensor partA = a.select(0, 1).slice(0, 2, 69).slice(1, 3, 88, 2);
    Tensor partB = b.slice(0, 5, 48).slice(1, 1, 140);
    double[] expected = product(partA.toDoubleArray(), partB.toDoubleArray(), 67, 43, 139);
    assertClose(expected, partA.matmul(partB));
  }

  @Test
  void repeatsMatricesOfStrideZero() {
    Tensor a = tensor(DType.FLOAT32, 40, 1).expand(40, 50);
    Tensor b = tensor(DType.FLOAT32, 1, 45).expand(50, 45);
    assertClose(product(a.toDoubleArray(), b.toDoubleArray(), 40, 50, 45), a.matmul(b));
  }

  @Test
  void broadcastsBatches() {
    Tensor a = tensor(DType.FLOAT64, 2, 1, 3, 1, 4, 5);
    Tensor b = tensor(DType.FLOAT64, 7, 1, 2, 5, 6);
    Tensor y = a.matmul(b);
    assertEquals(Shape.of(2, 7, 3, 2, 4, 6), y.shape());
    double[] expected = new double[(int) y.numel()];
    double[] left = a.toDoubleArray();
    double[] right = b.toDoubleArray();
    int at = 0;
    for (int p = 0; p < 2; p++) {
      for (int q = 0; q < 7; q++) {
        for (int r = 0; r < 3; r++) {
          for (int s = 0; s < 2; s++) {
            double[] one =
                product(
                    Arrays.copyOfRange(left, (p * 3 + r) * 20, (p * 3 + r + 1) * 20),
                    Arrays.copyOfRange(right, (q * 2 + s) * 30, (q * 2 + s + 1) * 30),
                    4,
                    5,
                    6);
            System.arraycopy(one, 0, expected, at, 24);
            at += 24;
          }
        }
      }
    }
    assertClose(expected, y);
  }

  @Test
  void takesVectors() {
    Tensor a = tensor(DType.FLOAT32, 5);
    Tensor b = tensor(DType.FLOAT32, 3, 5, 4);
    assertEquals(Shape.of(3, 4), a.matmul(b).shape());
    assertClose(a.unsqueeze(0).matmul(b).squeeze(1).toDoubleArray(), a.matmul(b));
    assertEquals(Shape.of(3, 4), b.transpose(1, 2).matmul(a).shape());
    assertEquals(Shape.SCALAR, a.dot(a).shape());
    assertClose(product(a.toDoubleArray(), a.toDoubleArray(), 1, 5, 1), a.matmul(a));
    assertClose(a.matmul(b.select(0, 0)).toDoubleArray(), b.select(0, 0).t().mv(a));
  }

  @Test
  void handlesEmptySizes() {
    assertEquals(
        Shape.of(0, 4), tensor(DType.FLOAT32, 0, 3).mm(tensor(DType.FLOAT32, 3, 4)).shape());
    assertArrayEquals(
        new float[6], tensor(DType.FLOAT32, 2, 0).mm(tensor(DType.FLOAT32, 0, 3)).toFloatArray());
    assertEquals(
        Shape.of(0, 2, 4),
        tensor(DType.FLOAT32, 0, 2, 3).matmul(tensor(DType.FLOAT32, 3, 4)).shape());
  }

  /** With y = a b and s = Σ dy y: da = dy bᵀ and db = aᵀ dy, summed where a or b was repeated. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "4;4",
        "3,4;4",
        "4;4,5",
        "3,4;4,5",
        "2,3,4;4,5",
        "3,4;2,4,5",
        "2,1,3,4;3,4,5",
        "2,3,4;4",
        "4;2,4,5",
        "70,64;64,90",
        "5,20,30;30,40"
      })
  void differentiates(String sizesA, String sizesB) {
    long[] shapeA = Arrays.stream(sizesA.split(",")).mapToLong(Long::parseLong).toArray();
    long[] shapeB = Arrays.stream(sizesB.split(",")).mapToLong(Long::parseLong).toArray();
    Tensor a = tensor(DType.FLOAT64, shapeA).requiresGrad(true);
    Tensor b = tensor(DType.FLOAT64, shapeB).requiresGrad(true);
    Tensor y = a.matmul(b);
    Tensor dy = tensor(DType.FLOAT64, y.shape().toArray());
    List<Tensor> grads = Autograd.grad(List.of(y), List.of(a, b), List.of(dy), true, false);
    assertEquals(a.shape(), grads.get(0).shape());
    assertEquals(b.shape(), grads.get(1).shape());
    // The product is bilinear, so a step of any size gives the derivative along a direction.
    Tensor da = tensor(DType.FLOAT64, shapeA);
    Tensor db = tensor(DType.FLOAT64, shapeB);
    double alongA = da.matmul(b).mul(dy).sum().item();
    double alongB = a.matmul(db).mul(dy).sum().item();
    assertEquals(alongA, grads.get(0).mul(da).sum().item(), 1e-9);
    assertEquals(alongB, grads.get(1).mul(db).sum().item(), 1e-9);
    List<Tensor> recorded = Autograd.grad(List.of(y), List.of(a, b), List.of(dy), true, true);
    assertClose(grads.get(0).toDoubleArray(), recorded.get(0));
    assertClose(grads.get(1).toDoubleArray(), recorded.get(1));
    // Σ da·(dy bᵀ) differentiated by b is dy as seen from da.
    Tensor second = recorded.get(0).mul(da).sum();
    Tensor byB = Autograd.grad(List.of(second), List.of(b)).get(0);
    double expected = da.matmul(db).mul(dy).sum().item();
    assertEquals(expected, byB.mul(db).sum().item(), 1e-9);
  }

  @Test
  void refusesWhatDoesNotMultiply() {
    Tensor a = tensor(DType.FLOAT32, 2, 3);
    ShapeException sizes =
        assertThrows(ShapeException.class, () -> a.matmul(tensor(DType.FLOAT32, 4, 5)));
    assertTrue(sizes.getMessage().startsWith("matmul: shapes [2, 3] and [4, 5]"), sizes.toString());
    assertTrue(sizes.getMessage().contains("inner sizes 3") && sizes.getMessage().contains(" 4 "));
    assertThrows(ShapeException.class, () -> a.matmul(Tensor.scalar(1f)));
    assertThrows(ShapeException.class, () -> a.matmul(tensor(DType.FLOAT32, 2)));
    assertThrows(
        ShapeException.class,
        () -> tensor(DType.FLOAT32, 2, 2, 3).matmul(tensor(DType.FLOAT32, 3, 3, 3)));
    assertThrows(ShapeException.class, () -> a.mm(tensor(DType.FLOAT32, 3)));
    assertThrows(ShapeException.class, () -> a.mv(a));
    assertThrows(ShapeException.class, () -> a.dot(a));
    assertThrows(
        ShapeException.class,
        () -> tensor(DType.FLOAT32, 2, 2, 3).bmm(tensor(DType.FLOAT32, 1, 3, 3)));
    DTypeException types =
        assertThrows(DTypeException.class, () -> a.matmul(tensor(DType.FLOAT64, 3, 2)));
    assertTrue(types.getMessage().contains("to(DType)"), types.getMessage());
  }
}
