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

/**
 * Variances, extremes and norms of many elements, beside plain loops; by every device's kernels.
 */
class StatisticsOfTensorsTest {
  private final Device device = Device.getDefault();
  private final boolean fused = device.scheduler().isFused();
  private final Random random = new Random(31);

  @AfterEach
  void restore() {
    System.clearProperty("clgrad.kernels");
    device.scheduler().setFused(fused);
  }

  private Tensor around(double mean, DType dtype, long... sizes) {
    Shape shape = Shape.of(sizes);
    double[] data = new double[(int) shape.numel()];
    for (int i = 0; i < data.length; i++) {
      data[i] = mean + random.nextGaussian();
    }
    return Tensor.fromArray(data, DType.FLOAT64, shape, device).to(dtype);
  }

  /** Mean and sum of squared differences of each line of (outer, n, inner), in two passes. */
  private static double[][] moments(double[] data, int outer, int n, int inner) {
    double[][] moments = new double[2][outer * inner];
    for (int line = 0; line < outer * inner; line++) {
      double sum = 0;
      for (int k = 0; k < n; k++) {
        sum += data[(line / inner * n + k) * inner + line % inner];
      }
      double mean = sum / n;
      double squares = 0;
      for (int k = 0; k < n; k++) {
        double d = data[(line / inner * n + k) * inner + line % inner] - mean;
        squares += d * d;
      }
      moments[0][line] = mean;
      moments[1][line] = squares;
    }
    return moments;
  }

  private static void assertClose(double[] expected, Tensor actual, double tolerance, String what) {
    double[] found = actual.toDoubleArray();
    assertEquals(expected.length, found.length, what);
    for (int i = 0; i < found.length; i++) {
      double allowed = tolerance * Math.max(1e-3, Math.abs(expected[i]));
      assertEquals(expected[i], found[i], allowed, what + ", element " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void varianceLosesNothingToALargeMean(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    int[][] shapes = {
      {1, 2, 1},
      {3, 7, 1},
      {2, 15, 5},
      {4, 16, 1},
      {2, 17, 16},
      {1, 64, 33},
      {5, 65, 1},
      {2, 127, 3},
      {1, 129, 17},
      {3, 1000, 1},
      {1, 100_003, 1},
      {1, 20_011, 4},
      {300, 9, 2}
    };
    for (int[] s : shapes) {
      for (double mean : new double[] {0, 4000}) {
        Tensor x = around(mean, DType.FLOAT32, s[0], s[1], s[2]);
        double[][] expected = moments(x.toDoubleArray(), s[0], s[1], s[2]);
        double[] variance = new double[expected[1].length];
        for (int i = 0; i < variance.length; i++) {
          variance[i] = expected[1][i] / (s[1] - 1);
        }
        String what = "(" + s[0] + ", " + s[1] + ", " + s[2] + ") around " + mean;
        VarianceAndMean found = x.varMean(1);
        // Means of parts are rounded: by 2e-4 around 4000, of which the difference of means has a
        // share.
        double tolerance = mean == 0 ? 2e-6 : 1e-4;
        assertClose(variance, found.variance(), tolerance, "variance of " + what);
        assertClose(expected[0], found.mean(), mean == 0 ? 2e-3 : 3e-7, "mean of " + what);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void dimensionsThatAreApartAreMergedInTurn(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    for (long[] sizes :
        List.of(new long[] {6, 3, 50}, new long[] {700, 5, 2}, new long[] {1, 4, 9})) {
      Tensor x = around(10, DType.FLOAT64, sizes);
      Tensor moved = x.permute(1, 0, 2).clone().reshape(sizes[1], sizes[0] * sizes[2]);
      assertClose(moved.var(1).toDoubleArray(), x.var(0, 2), 1e-12, "var");
      assertClose(moved.std(1).toDoubleArray(), x.std(0, 2), 1e-12, "std");
      Tensor leaf = x.detach().requiresGrad(true);
      Tensor dx = gradient(leaf.var(0, 2).sum(), leaf);
      Tensor movedLeaf = moved.detach().requiresGrad(true);
      Tensor expected =
          gradient(movedLeaf.var(1).sum(), movedLeaf)
              .reshape(sizes[1], sizes[0], sizes[2])
              .permute(1, 0, 2)
              .clone();
      assertClose(expected.toDoubleArray(), dx, 1e-9, "gradient");
    }
  }

  @Test
  void tooFewElementsHaveNoVariance() {
    assertTrue(Double.isNaN(Tensor.of(3f).var().item()));
    assertTrue(Double.isNaN(Tensor.zeros(0).var().item()));
    assertTrue(Double.isNaN(Tensor.zeros(0).varMean().mean().item()));
    assertEquals(0, Tensor.of(3f).var(new int[0], 0, false).item());
    Tensor x = Tensor.of(2f, 2f, 2f).requiresGrad(true);
    assertArrayEquals(new float[3], gradient(x.std(), x).toFloatArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void extremesOfManyElements(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    int[][] shapes = {
      {1, 1, 1}, {3, 17, 1}, {2, 65, 5}, {1, 300, 16}, {2, 50_001, 1}, {1, 30_001, 3}
    };
    for (int[] s : shapes) {
      Tensor x = around(0, DType.FLOAT32, s[0], s[1], s[2]);
      float[] data = x.toFloatArray();
      ValuesAndIndices low = x.min(1);
      ValuesAndIndices high = x.max(1);
      float[] amin = x.amin(1).toFloatArray();
      long[] lowest = low.indices().toLongArray();
      long[] highest = high.indices().toLongArray();
      for (int line = 0; line < s[0] * s[2]; line++) {
        int least = 0;
        int most = 0;
        for (int k = 1; k < s[1]; k++) {
          least = at(data, s, line, k) < at(data, s, line, least) ? k : least;
          most = at(data, s, line, k) > at(data, s, line, most) ? k : most;
        }
        assertEquals(least, lowest[line]);
        assertEquals(most, highest[line]);
        assertEquals(at(data, s, line, least), amin[line]);
        assertEquals(at(data, s, line, least), low.values().toFloatArray()[line]);
        assertEquals(at(data, s, line, most), high.values().toFloatArray()[line]);
      }
      assertArrayEquals(lowest, x.argmin(1).toLongArray());
    }
  }

  private static float at(float[] data, int[] shape, int line, int k) {
    return data[(line / shape[2] * shape[1] + k) * shape[2] + line % shape[2]];
  }

  @Test
  void nanIsTheExtremeOfAll() {
    Tensor x = Tensor.of(1f, Float.NaN, -3f, Float.NaN).requiresGrad(true);
    assertTrue(Double.isNaN(x.max().item()));
    assertTrue(Double.isNaN(x.amin().item()));
    assertEquals(1, x.argmin().item());
    assertEquals(1, x.min(0).indices().item());
    Tensor many = Tensor.zeros(100_000);
    many.select(0, 70_001).fill_(Float.NaN);
    many.select(0, 90_001).fill_(Float.NaN);
    assertEquals(70_001, many.argmax().item());
    assertEquals(70_001, many.argmin().item());
    assertEquals(0, Tensor.zeros(100_000).argmax().item());
    float[] shared = {0, 0.5f, 0, 0.5f};
    assertArrayEquals(shared, gradient(x.max(), x).toFloatArray());
    assertArrayEquals(shared, gradient(x.min(), x).toFloatArray());
    assertTrue(x.any().toBooleanArray()[0]);
    assertEquals(-2, x.nansum().item());
  }

  @Test
  void maskCountsAndExtremesReadTheirSourceInOneLaunch() {
    device.scheduler().setFused(true);
    Tensor x = around(0, DType.FLOAT32, 40, 1000);
    x.toFloatArray();
    assertLaunches(1, () -> x.mul(2).amax(1));
    assertLaunches(1, () -> x.abs().argmax(1));
    // The sign of the result is turned in a launch of its own.
    assertLaunches(2, () -> x.mul(2).amin(1));
    assertLaunches(1, () -> x.neg().argmin(1));
    assertLaunches(1, () -> x.gt(0.5).countNonzero(1));
    assertLaunches(2, () -> x.square().var(1));
    assertLaunches(1, () -> x.square().prod(1, false));
    assertLaunches(1, () -> x.square().cumsum(1));
  }

  private void assertLaunches(long expected, Supplier<Tensor> program) {
    device.synchronize();
    long start = device.counters().launches();
    Tensor unused = program.get();
    device.synchronize();
    assertEquals(expected, device.counters().launches() - start);
    assertEquals(unused.shape(), program.get().shape());
  }

  @Test
  void normsOfSpecialExponents() {
    Tensor x = Tensor.of(3f, 0f, -4f).requiresGrad(true);
    assertEquals(5, x.norm().item());
    assertEquals(7, x.norm(1).item());
    assertEquals(2, x.norm(0).item());
    assertEquals(4, x.norm(Double.POSITIVE_INFINITY).item());
    assertEquals(0, x.norm(Double.NEGATIVE_INFINITY).item());
    assertArrayEquals(new float[3], gradient(x.norm(0), x).toFloatArray());
    float[] half = gradient(x.norm(0.5), x).toFloatArray();
    assertEquals(0, half[1]);
    Tensor zero = Tensor.zeros(3).requiresGrad(true);
    for (double p : new double[] {0.5, 1, 1.5, 2, 3}) {
      assertArrayEquals(new float[3], gradient(zero.norm(p), zero).toFloatArray(), "p " + p);
    }
    assertThrows(
        ShapeException.class,
        () -> Tensor.zeros(0).norm(Double.POSITIVE_INFINITY, new int[] {0}, false));
    assertEquals(0, Tensor.zeros(0).norm().item());
  }

  @Test
  void fusedAndAloneTheyAgree() {
    Tensor x = around(1, DType.FLOAT32, 7, 65, 6);
    List<UnaryOperator<Tensor>> functions =
        List.of(
            t -> t.mul(1.5).amin(1),
            t -> t.sub(1).abs().min(2).values(),
            t -> t.mul(0.5).prod(1, false),
            t -> t.square().var(0, 2),
            t -> t.square().logsumexp(1),
            t -> t.mul(2).norm(3, new int[] {0, 1}, false),
            t -> t.square().cumsum(1),
            t -> t.neg().cumprod(2),
            t -> t.neg().sort(1).values(),
            t -> t.mul(2).batchNorm(null, null, null, null, true, 0.1, 1e-5),
            t -> t.mul(2).instanceNorm());
    for (int i = 0; i < functions.size(); i++) {
      UnaryOperator<Tensor> f = functions.get(i);
      device.scheduler().setFused(true);
      double[] together = valueAndGradient(f, x);
      device.scheduler().setFused(false);
      double[] alone = valueAndGradient(f, x);
      double tolerance = device.name().equals("cpu") ? 0 : 2e-5;
      assertArrayEquals(alone, together, tolerance, "function " + i);
    }
  }

  private static Tensor gradient(Tensor y, Tensor x) {
    return Autograd.grad(List.of(y), List.of(x)).get(0);
  }

  private static double[] valueAndGradient(UnaryOperator<Tensor> f, Tensor x) {
    Tensor leaf = x.detach().requiresGrad(true);
    Tensor y = f.apply(leaf);
    double[] value = y.toDoubleArray();
    double[] dx = gradient(y.square().mean(), leaf).toDoubleArray();
    double[] both = new double[value.length + dx.length];
    System.arraycopy(value, 0, both, 0, value.length);
    System.arraycopy(dx, 0, both, value.length, dx.length);
    return both;
  }
}
