package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Random draws have their distributions, by tests that a right generator fails once in 10,000 seeds
 * (the seeds are fixed, so that it passes always or never), and are the same on every device.
 */
class RandomDrawsTest {
  private static final int N = 100_000;

  /** The normal quantile of 1 - 1e-4. */
  private static final double QUANTILE = 3.719;

  @BeforeEach
  void seed() {
    Clgrad.manualSeed(2026);
  }

  /** Pearson's test: the statistic is below the quantile, by Wilson's and Hilferty's formula. */
  private static void assertCounts(double[] expected, long[] counts) {
    double statistic = 0;
    int freedom = -1;
    for (int i = 0; i < expected.length; i++) {
      if (expected[i] == 0) {
        assertEquals(0, counts[i], "class " + i + " is impossible");
      } else {
        statistic += (counts[i] - expected[i]) * (counts[i] - expected[i]) / expected[i];
        freedom++;
      }
    }
    if (freedom == 0) {
      assertEquals(0, statistic);
      return;
    }
    double a = 2.0 / (9 * freedom);
    double bound = freedom * Math.pow(1 - a + QUANTILE * Math.sqrt(a), 3);
    assertTrue(
        statistic < bound, statistic + " is above " + bound + ": " + Arrays.toString(counts));
  }

  /** Kolmogorov's and Smirnov's test. */
  private static void assertDistribution(double[] x, DoubleUnaryOperator distribution) {
    double[] sorted = x.clone();
    Arrays.sort(sorted);
    double distance = 0;
    for (int i = 0; i < sorted.length; i++) {
      double f = distribution.applyAsDouble(sorted[i]);
      distance = Math.max(distance, Math.max(f - i / (double) x.length, (i + 1.0) / x.length - f));
    }
    double bound = Math.sqrt(-Math.log(0.5e-4) / 2 / x.length);
    assertTrue(distance < bound, distance + " is above " + bound);
  }

  /** The normal distribution, by its series around 0. */
  private static double normal(double x) {
    if (Math.abs(x) > 7) {
      return x < 0 ? 0 : 1;
    }
    double sum = x;
    double term = x;
    for (int k = 1; k < 200; k++) {
      term *= x * x / (2 * k + 1);
      sum += term;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  private static long[] counts(long[] values, int classes) {
    long[] counts = new long[classes];
    for (long v : values) {
      counts[(int) v]++;
    }
    return counts;
  }

  private static double[] equal(int classes, double each) {
    double[] expected = new double[classes];
    Arrays.fill(expected, each);
    return expected;
  }

  @Test
  void uniformNumbers() {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      Tensor x = Tensor.rand(Shape.of(N), dtype, Device.getDefault());
      assertDistribution(x.toDoubleArray(), v -> v);
      assertSame(x, x.uniform_(-3, 5));
      assertDistribution(x.toDoubleArray(), v -> (v + 3) / 8);
      assertDistribution(Tensor.randLike(x).toDoubleArray(), v -> v);
    }
  }

  @Test
  void normalNumbers() {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      Tensor x = Tensor.randn(Shape.of(N), dtype, Device.getDefault());
      assertDistribution(x.toDoubleArray(), RandomDrawsTest::normal);
      assertDistribution(Tensor.randnLike(x).toDoubleArray(), RandomDrawsTest::normal);
      assertSame(x, x.normal_(2, 0.5));
      assertDistribution(x.toDoubleArray(), v -> normal((v - 2) / 0.5));
    }
    assertDistribution(Tensor.normal(-1, 3, N).toDoubleArray(), v -> normal((v + 1) / 3));
    Tensor mean = Tensor.of(new float[][] {{0}, {10}});
    Tensor each = Tensor.normal(mean, Tensor.full(Shape.of(N), 2.0));
    assertDistribution(each.get(1).toDoubleArray(), v -> normal((v - 10) / 2));
  }

  @Test
  void integers() {
    long[] values = Tensor.randint(0, 13, N).toLongArray();
    assertCounts(equal(13, N / 13.0), counts(values, 13));
    // Pairs of neighbors, which share a block or come from two.
    long[] pairs = new long[N / 2];
    Arrays.setAll(pairs, i -> values[2 * i] * 13 + values[2 * i + 1]);
    assertCounts(equal(169, N / 338.0), counts(pairs, 169));
  }

  @Test
  void bernoulli() {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      for (double p : new double[] {0, 0.03, 0.5, 1}) {
        Tensor x = Tensor.full(Shape.of(N), p, dtype);
        assertCounts(
            new double[] {N * (1 - p), N * p},
            counts(x.bernoulli().to(DType.INT64).toLongArray(), 2));
        x.bernoulli_(p);
        assertCounts(new double[] {N * (1 - p), N * p}, counts(x.to(DType.INT64).toLongArray(), 2));
      }
    }
    assertEquals(3, Tensor.of(0f, 1f, 1f, 0f, 1f).bernoulli().sum().item());
    assertEquals(DType.BOOL, Tensor.zeros(Shape.of(3), DType.BOOL).bernoulli_(1).dtype());
  }

  @Test
  void permutations() {
    long[] order = Tensor.randperm(N).toLongArray();
    long[] sorted = order.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < N; i++) {
      assertEquals(i, sorted[i]);
    }
    // All orders of four are equally likely.
    long[] seen = new long[256];
    for (int draw = 0; draw < 2400; draw++) {
      long[] p = Tensor.randperm(4).toLongArray();
      seen[(int) (p[0] * 64 + p[1] * 16 + p[2] * 4 + p[3])]++;
    }
    double[] expected = new double[256];
    for (int code = 0; code < 256; code++) {
      long distinct =
          java.util.stream.IntStream.of(code >> 6, (code >> 4) & 3, (code >> 2) & 3, code & 3)
              .distinct()
              .count();
      expected[code] = distinct == 4 ? 100 : 0;
    }
    assertCounts(expected, seen);
    assertEquals(0, Tensor.randperm(0).numel());
    assertArrayEquals(new long[] {0}, Tensor.randperm(1).toLongArray());
  }

  @Test
  void multinomialWithReplacement() {
    double[] weights = {0, 3, 0.5, 0, 6, 0.5, 0};
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      long[] drawn = Tensor.of(weights).to(dtype).multinomial(N, true).toLongArray();
      double[] expected = Arrays.stream(weights).map(w -> w / 10 * N).toArray();
      assertCounts(expected, counts(drawn, 7));
    }
    Tensor rows = Tensor.of(new float[][] {{1, 0, 0}, {0, 0, 2}});
    assertArrayEquals(new long[] {0, 0, 2, 2}, rows.multinomial(2, true).toLongArray());
  }

  @Test
  void multinomialWithoutReplacement() {
    // Of weights 1, 2, 3: the first draw by them, the second by those left.
    Tensor weights = Tensor.of(1f, 2f, 3f).expand(6000, 3);
    long[] drawn = weights.multinomial(2).toLongArray();
    long[] pairs = new long[6000];
    Arrays.setAll(pairs, i -> drawn[2 * i] * 3 + drawn[2 * i + 1]);
    double[] w = {1, 2, 3};
    double[] expected = new double[9];
    for (int a = 0; a < 3; a++) {
      for (int b = 0; b < 3; b++) {
        expected[a * 3 + b] = a == b ? 0 : 6000 * w[a] / 6 * w[b] / (6 - w[a]);
      }
    }
    assertCounts(expected, counts(pairs, 9));
    long[] all = Tensor.rand(50).add(0.1).multinomial(50).toLongArray();
    Arrays.sort(all);
    for (int i = 0; i < 50; i++) {
      assertEquals(i, all[i]);
    }
  }

  @Test
  void everyDeviceDrawsTheSame() {
    Function<Device, long[]> draws =
        device -> {
          Clgrad.manualSeed(77);
          Tensor p = Tensor.rand(Shape.of(1003), DType.FLOAT32, device);
          Tensor q = Tensor.rand(Shape.of(41, 29), DType.FLOAT64, device);
          return Tensor.cat(
                  p.bernoulli().to(DType.INT64),
                  q.bernoulli().to(DType.INT64).flatten(),
                  Tensor.randperm(5000, device),
                  p.multinomial(2000, true),
                  p.multinomial(100),
                  q.multinomial(7).flatten(),
                  q.multinomial(40, true).flatten(),
                  p.clone().bernoulli_(0.3).to(DType.INT64))
              .toLongArray();
        };
    long[] here = draws.apply(Device.getDefault());
    assertArrayEquals(here, draws.apply(Device.getDefault()));
    assertArrayEquals(here, draws.apply(Device.of("cpu")));
  }

  @Test
  void aCapturedStepGoesOnInTheSequence() {
    Tensor p = Tensor.rand(20).mul(0.9);
    Function<Tensor, Tensor> draw =
        x ->
            Tensor.cat(
                x.bernoulli(),
                x.clone().bernoulli_(0.4),
                x.clone().uniform_(1, 2),
                x.multinomial(30, true).to(DType.FLOAT32),
                x.multinomial(5).to(DType.FLOAT32),
                Tensor.randperm(40, x.device()).to(DType.FLOAT32));
    CapturedStep step = CapturedStep.of(draw::apply);
    Clgrad.manualSeed(5);
    float[][] captured = new float[5][];
    for (int i = 0; i < captured.length; i++) {
      captured[i] = step.run(p).toFloatArray();
    }
    assertTrue(step.replays() > 1, step.replays() + " replays");
    Clgrad.manualSeed(5);
    for (float[] one : captured) {
      assertArrayEquals(draw.apply(p).toFloatArray(), one);
    }
  }

  @Test
  void whatIsNoDistributionIsRefused() {
    DataException e =
        assertThrows(DataException.class, () -> Tensor.of(0.5f, 1.5f).bernoulli().toFloatArray());
    assertTrue(String.valueOf(e.getMessage()).contains("element 1"), e.getMessage());
    assertThrows(DTypeException.class, () -> Tensor.of(1, 0).bernoulli());
    assertThrows(DataException.class, () -> Tensor.ones(2).bernoulli_(-0.1));
    assertThrows(DataException.class, () -> Tensor.ones(2).uniform_(1, 0));
    assertThrows(DataException.class, () -> Tensor.ones(2).normal_(1, -1));
    assertThrows(DTypeException.class, () -> Tensor.arange(2).uniform_(0, 1));
    assertThrows(DataException.class, () -> Tensor.normal(0, Double.NaN, 2));
    for (float[] weights : new float[][] {{0, 0}, {1, -1}, {1, Float.NaN}, {1, 1 / 0f}}) {
      for (boolean replacement : new boolean[] {false, true}) {
        assertThrows(
            DataException.class,
            () -> Tensor.of(weights).multinomial(1, replacement).toLongArray(),
            Arrays.toString(weights));
      }
    }
    assertThrows(DataException.class, () -> Tensor.of(1f, 0f).multinomial(2).toLongArray());
    assertThrows(ShapeException.class, () -> Tensor.ones(3).multinomial(4));
    assertThrows(ShapeException.class, () -> Tensor.ones(2, 2, 2).multinomial(1));
    assertThrows(ShapeException.class, () -> Tensor.randperm(-1));
  }

  @Test
  void otherNewTensors() {
    Tensor x = Tensor.ones(Shape.of(2, 3), DType.FLOAT64);
    assertEquals(x.shape(), Tensor.emptyLike(x).shape());
    assertEquals(DType.FLOAT64, Tensor.emptyLike(x).dtype());
    float[] powers = Tensor.logspace(-1, 2, 4).toFloatArray();
    assertArrayEquals(new float[] {0.1f, 1, 10, 100}, powers, 1e-4f);
  }
}
