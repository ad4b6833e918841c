package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layer norm beyond PyTorch's cases: every kind of kernel, sizes, layouts and precision. */
class LayerNormTest {
  private final Random random = new Random(3);
  private final Device device = Device.getDefault();
  private final boolean fused = device.scheduler().isFused();

  @AfterEach
  void restore() {
    System.clearProperty("clgrad.kernels");
    device.scheduler().setFused(fused);
  }

  private Tensor numbers(DType dtype, double shift, long... sizes) {
    Shape shape = Shape.of(sizes);
    double[] values = random.doubles(shape.numel(), shift - 2, shift + 2).toArray();
    return Tensor.fromArray(values, DType.FLOAT64, shape, device).to(dtype);
  }

  private void check(UnaryOperator<Tensor> function, long... sizes) {
    Shape shape = Shape.of(sizes);
    FiniteDifferences.check(function, shape, random.doubles(shape.numel(), -2, 2).toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void gradientsAreTheDerivatives(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    for (long[] sizes : new long[][] {{3, 4}, {2, 21}, {1, 70}, {9, 2}, {4, 32}}) {
      long n = sizes[1];
      Shape row = Shape.of(n);
      Tensor w = numbers(DType.FLOAT64, 0, n);
      Tensor b = numbers(DType.FLOAT64, 0, n);
      Tensor x = numbers(DType.FLOAT64, 0, sizes);
      check(t -> t.layerNorm(row, w, b, 0.1), sizes);
      check(t -> t.layerNorm(row, null, null, 0.1), sizes);
      check(t -> x.layerNorm(row, t, b, 0.1), n);
      check(t -> x.layerNorm(row, w, t, 0.1), n);
      check(t -> x.layerNorm(row, null, t, 0.1), n);
      check(t -> t.layerNorm(row, t.sum(0).tanh(), t.mean(0), 0.1), sizes);
    }
    Tensor w = numbers(DType.FLOAT64, 0, 3, 2);
    check(t -> t.layerNorm(Shape.of(3, 2), w.transpose(0, 1).reshape(3, 2), w, 0.5), 2, 3, 2);
    check(t -> t.transpose(0, 2).layerNorm(Shape.of(3, 2), w, w, 0.5), 2, 3, 4);
    check(t -> t.layerNorm(Shape.of(2, 3, 2), null, null, 0.5), 2, 3, 2);
  }

  /** Rows whose mean is far from 0 lose what float32 cannot hold, and no more. */
  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void valuesAndGradientsArePrecise(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    for (long[] sizes :
        new long[][] {{5, 3}, {300, 5}, {7, 16}, {65, 64}, {33, 1000}, {600, 129}, {2, 100_003}}) {
      // The standard deviation of a few numbers may be small against what is lost at 1000.
      for (double shift : sizes[1] < 16 ? new double[] {0} : new double[] {0, 1000}) {
        Tensor x = numbers(DType.FLOAT32, shift, sizes);
        Tensor w = numbers(DType.FLOAT32, 1, sizes[1]);
        Tensor b = numbers(DType.FLOAT32, 0, sizes[1]);
        Tensor dy = numbers(DType.FLOAT32, 0, sizes);
        double[][] expected = reference(x, w, b, dy);
        double[][] actual = computed(x, w, b, dy);
        String what = kernels + " " + x.shape() + " at " + shift;
        for (int i = 0; i < expected.length; i++) {
          double scale = 1;
          for (double v : expected[i]) {
            scale = Math.max(scale, Math.abs(v));
          }
          // At 1000 the mean itself is rounded to 2^-14, and so are the differences from it.
          double bound = (shift == 0 ? 1e-5 : 2e-4) * scale;
          assertArrayEquals(expected[i], actual[i], bound, what + ", result " + i);
        }
      }
    }
  }

  /** y, dx, dw and db by the kernels. */
  private static double[][] computed(Tensor x, Tensor w, Tensor b, Tensor dy) {
    Tensor leaf = x.detach().requiresGrad(true);
    Tensor weight = w.detach().requiresGrad(true);
    Tensor bias = b.detach().requiresGrad(true);
    Tensor y = leaf.layerNorm(Shape.of(x.size(-1)), weight, bias);
    List<Tensor> grads =
        Autograd.grad(List.of(y), List.of(leaf, weight, bias), List.of(dy), false, false);
    double[][] all = new double[4][];
    all[0] = y.to(DType.FLOAT64).toDoubleArray();
    for (int i = 0; i < 3; i++) {
      all[i + 1] = grads.get(i).to(DType.FLOAT64).toDoubleArray();
    }
    return all;
  }

  /** The same in double, after the definition. */
  private static double[][] reference(Tensor x, Tensor w, Tensor b, Tensor dy) {
    int rows = (int) x.size(0);
    int n = (int) x.size(1);
    float[] xs = x.toFloatArray();
    float[] ws = w.toFloatArray();
    float[] bs = b.toFloatArray();
    float[] dys = dy.toFloatArray();
    double[][] all = {new double[xs.length], new double[xs.length], new double[n], new double[n]};
    for (int r = 0; r < rows; r++) {
      double mean = 0;
      for (int k = 0; k < n; k++) {
        mean += (double) xs[r * n + k] / n;
      }
      double variance = 0;
      for (int k = 0; k < n; k++) {
        variance += (xs[r * n + k] - mean) * (xs[r * n + k] - mean) / n;
      }
      double rstd = 1 / Math.sqrt(variance + 1e-5);
      double meanG = 0;
      double meanGh = 0;
      for (int k = 0; k < n; k++) {
        int at = r * n + k;
        double h = (xs[at] - mean) * rstd;
        double g = (double) dys[at] * ws[k];
        all[0][at] = h * ws[k] + bs[k];
        meanG += g / n;
        meanGh += g * h / n;
        all[2][k] += dys[at] * h;
        all[3][k] += dys[at];
      }
      for (int k = 0; k < n; k++) {
        int at = r * n + k;
        double h = (xs[at] - mean) * rstd;
        all[1][at] = rstd * ((double) dys[at] * ws[k] - meanG - h * meanGh);
      }
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void emptySizesGiveEmptyResults(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    for (long[] sizes : new long[][] {{0, 3}, {0, 100}, {2, 0}, {0, 0}}) {
      Shape row = Shape.of(sizes[1]);
      Tensor x = Tensor.zeros(sizes).requiresGrad(true);
      Tensor w = Tensor.ones(sizes[1]).requiresGrad(true);
      Tensor b = Tensor.ones(sizes[1]).requiresGrad(true);
      Tensor y = x.layerNorm(row, w, b);
      assertEquals(x.shape(), y.shape());
      assertEquals(0, y.toFloatArray().length);
      y.sum().backward();
      assertArrayEquals(new float[0], x.grad().toFloatArray());
      assertArrayEquals(new float[(int) sizes[1]], w.grad().toFloatArray());
      assertArrayEquals(new float[(int) sizes[1]], b.grad().toFloatArray());
    }
  }

  @Test
  void onlyWhatIsAskedForGetsGradients() {
    Tensor x = numbers(DType.FLOAT32, 0, 6, 40);
    Tensor w = numbers(DType.FLOAT32, 0, 40).requiresGrad(true);
    Tensor b = numbers(DType.FLOAT32, 0, 40).requiresGrad(true);
    for (String kernels : List.of("vector", "group")) {
      System.setProperty("clgrad.kernels", kernels);
      Tensor y = x.layerNorm(Shape.of(40), w, b);
      assertEquals("NativeLayerNormBackward0", y.gradFn().name());
      Tensor dy = Tensor.ones(6, 40);
      List<Tensor> grads = Autograd.grad(List.of(y), List.of(w, b), List.of(dy), false, false);
      assertEquals(6, grads.get(1).toFloatArray()[39]);
      Tensor again = x.layerNorm(Shape.of(40), w.detach(), b);
      again.backward(dy);
      assertEquals(6, b.grad().toFloatArray()[0]);
      b.zeroGrad();
      assertNull(w.grad());
    }
    assertNull(x.layerNorm(40).gradFn());
  }

  /** What x and dy are computed from is computed in the launch of the layer norm. */
  @Test
  void whatComesBeforeIsPartOfTheLaunch() {
    device.scheduler().setFused(true);
    Tensor a = numbers(DType.FLOAT32, 0, 50, 70);
    Tensor residual = numbers(DType.FLOAT32, 0, 50, 70);
    Tensor w = numbers(DType.FLOAT32, 0, 70);
    device.synchronize();
    final long alone = launches(() -> a.layerNorm(Shape.of(70), w, w).toFloatArray());
    assertEquals(1, alone);
    assertEquals(
        alone, launches(() -> a.add(residual).layerNorm(Shape.of(70), w, w).toFloatArray()));
    float[] fusedValues = a.add(residual).layerNorm(Shape.of(70), w, w).toFloatArray();
    float[] transposed = a.transpose(0, 1).layerNorm(50).toFloatArray();
    device.scheduler().setFused(false);
    assertArrayEquals(a.add(residual).layerNorm(Shape.of(70), w, w).toFloatArray(), fusedValues);
    assertArrayEquals(a.transpose(0, 1).layerNorm(50).toFloatArray(), transposed);
  }

  private long launches(Runnable program) {
    long before = device.counters().launches();
    program.run();
    device.synchronize();
    return device.counters().launches() - before;
  }

  @Test
  void wrongCallsAreToldWhatIsWrong() {
    Tensor x = Tensor.ones(2, 3);
    Tensor three = Tensor.ones(3);
    Tensor two = Tensor.ones(2);
    assertMessage(
        ShapeException.class,
        () -> x.layerNorm(4),
        "layer_norm: the input of shape [2, 3] does not end in the normalized shape [4]");
    assertMessage(ShapeException.class, () -> x.layerNorm(1, 2, 3), "normalized shape [1, 2, 3]");
    assertMessage(ShapeException.class, () -> x.layerNorm(), "at least one");
    assertMessage(
        ShapeException.class,
        () -> x.layerNorm(Shape.of(3), two, null),
        "layer_norm: the weight has shape [2] and the normalized shape is [3]");
    assertMessage(
        ShapeException.class, () -> x.layerNorm(Shape.of(3), three, two), "the bias has shape [2]");
    assertMessage(
        DTypeException.class,
        () -> x.layerNorm(Shape.of(3), three.to(DType.FLOAT64), null),
        "the weight is of float64 and the input of float32");
    assertMessage(
        DTypeException.class, () -> x.to(DType.INT64).layerNorm(3), "floating-point numbers");
  }

  private static void assertMessage(
      Class<? extends ClgradException> type,
      org.junit.jupiter.api.function.Executable call,
      String part) {
    String message = assertThrows(type, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
