package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scans and sorts of lines of any length, beside plain loops; by the kernels of every device. */
class OrderingOfTensorsTest {
  /** Around what work-items, work-groups, pieces and runs take at once. */
  private static final int[] LENGTHS = {0, 1, 2, 15, 16, 17, 33, 64, 65, 127, 129, 256, 257, 1030};

  /** The lines beside one another that each length comes with: outer and inner. */
  private static final int[][] AROUND = {{1, 1}, {3, 1}, {2, 3}};

  private final Random random = new Random(29);

  @AfterEach
  void chooseKernelsByDevice() {
    System.clearProperty("clgrad.kernels");
  }

  private interface Body {
    void run(int outer, int n, int inner);
  }

  private static void forShapes(int longest, Body body) {
    for (int n : LENGTHS) {
      for (int[] around : AROUND) {
        body.run(around[0], n, around[1]);
      }
    }
    body.run(1, longest, 1);
    body.run(1, longest / 4 + 1, 2);
  }

  private static Tensor tensor(double[] data, DType dtype, long... sizes) {
    return Tensor.fromArray(data, DType.FLOAT64, Shape.of(sizes), Device.getDefault()).to(dtype);
  }

  /** Where element k of a line of (outer, n, inner) lies. */
  private static int at(int line, int k, int n, int inner) {
    return (line / inner * n + k) * inner + line % inner;
  }

  private static void assertClose(double[] expected, Tensor actual, double tolerance, String what) {
    double[] found = actual.toDoubleArray();
    assertEquals(expected.length, found.length, what);
    for (int i = 0; i < found.length; i++) {
      double allowed = tolerance * Math.max(1, Math.abs(expected[i]));
      assertEquals(expected[i], found[i], allowed, what + ", element " + i);
    }
  }

  private static Tensor gradient(Tensor y, Tensor x, Tensor dy, boolean createGraph) {
    return Autograd.grad(List.of(y), List.of(x), List.of(dy), createGraph, createGraph).get(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void cumsumIsTheSumSoFar(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    forShapes(
        100_000,
        (outer, n, inner) -> {
          double[] data = random.doubles((long) outer * n * inner, -1, 3).toArray();
          double[] dy = random.doubles(data.length, -1, 1).toArray();
          Tensor x = tensor(data, DType.FLOAT32, outer, n, inner).requiresGrad(true);
          double[] exact = x.toDoubleArray();
          double[] y = new double[data.length];
          double[] dx = new double[data.length];
          for (int line = 0; line < outer * inner; line++) {
            double sum = 0;
            double back = 0;
            for (int k = 0; k < n; k++) {
              sum += exact[at(line, k, n, inner)];
              y[at(line, k, n, inner)] = sum;
              back += dy[at(line, n - 1 - k, n, inner)];
              dx[at(line, n - 1 - k, n, inner)] = back;
            }
          }
          String what = "(" + outer + ", " + n + ", " + inner + ")";
          Tensor sums = x.cumsum(1);
          assertClose(y, sums, 2e-6, what);
          Tensor upstream = tensor(dy, DType.FLOAT32, outer, n, inner);
          assertClose(dx, gradient(sums, x, upstream, false), 3e-5, "gradient of " + what);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void cumulatedIntegersAreExact(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    int n = 70_001;
    long[] data = random.longs(n, -1L << 50, 1L << 50).toArray();
    Tensor x = Tensor.fromArray(data, DType.INT64, Shape.of(n), Device.getDefault());
    long[] sums = data.clone();
    long[] products = data.clone();
    Arrays.parallelPrefix(sums, Long::sum);
    Arrays.parallelPrefix(products, (a, b) -> a * b);
    assertArrayEquals(sums, x.cumsum(0).toLongArray());
    assertArrayEquals(products, x.cumprod(0).toLongArray());
    assertEquals(products[n - 1], x.prod().toLongArray()[0]);
    long[] ones = Tensor.ones(5).to(DType.BOOL).cumsum(0).toLongArray();
    assertArrayEquals(new long[] {1, 2, 3, 4, 5}, ones);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void productsHaveExactGradientsWithAndWithoutZeros(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    forShapes(
        100_000,
        (outer, n, inner) -> {
          for (int zeros = 0; zeros <= 2; zeros++) {
            products(outer, n, inner, zeros);
          }
        });
  }

  private void products(int outer, int n, int inner, int zeros) {
    double[] data = new double[outer * n * inner];
    for (int i = 0; i < data.length; i++) {
      data[i] = (random.nextBoolean() ? 1 : -1) * Math.exp(random.nextGaussian() * 0.3);
    }
    for (int line = 0; line < outer * inner; line++) {
      for (int zero = 0; zero < zeros && n > 0; zero++) {
        data[at(line, random.nextInt(n), n, inner)] = 0;
      }
    }
    double[] dy = random.doubles(data.length, -1, 1).toArray();
    double[] dyLast = random.doubles((long) outer * inner, -1, 1).toArray();
    double[] y = new double[data.length];
    double[] dx = new double[data.length];
    double[] whole = new double[outer * inner];
    double[] dxWhole = new double[data.length];
    for (int line = 0; line < outer * inner; line++) {
      double product = 1;
      double[] before = new double[n];
      for (int k = 0; k < n; k++) {
        before[k] = product;
        product *= data[at(line, k, n, inner)];
        y[at(line, k, n, inner)] = product;
      }
      whole[line] = product;
      double r = 0;
      double after = 1;
      for (int k = n - 1; k >= 0; k--) {
        double next = k == n - 1 ? 0 : data[at(line, k + 1, n, inner)];
        r = dy[at(line, k, n, inner)] + next * r;
        dx[at(line, k, n, inner)] = before[k] * r;
        dxWhole[at(line, k, n, inner)] = dyLast[line] * before[k] * after;
        after *= data[at(line, k, n, inner)];
      }
    }
    String what = zeros + " zeros in lines of (" + outer + ", " + n + ", " + inner + ")";
    Tensor x = tensor(data, DType.FLOAT64, outer, n, inner).requiresGrad(true);
    Tensor upstream = tensor(dy, DType.FLOAT64, outer, n, inner);
    Tensor products = x.cumprod(1);
    assertClose(y, products, 1e-9, "cumprod, " + what);
    assertClose(dx, gradient(products, x, upstream, false), 1e-9, "gradient, " + what);
    Tensor last = x.prod(1);
    assertClose(whole, last, 1e-9, "prod, " + what);
    Tensor upstreamLast = tensor(dyLast, DType.FLOAT64, outer, inner);
    assertClose(dxWhole, gradient(last, x, upstreamLast, false), 1e-9, "gradient of prod, " + what);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void secondDerivativesOfProductsAgreeWithDifferences(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    double[] data = {0.5, 0, -1.5, 2, 0, 1.25, -0.75};
    double[] v = random.doubles(data.length, -1, 1).toArray();
    double[] dy = random.doubles(data.length, -1, 1).toArray();
    Tensor x = tensor(data, DType.FLOAT64, data.length).requiresGrad(true);
    for (boolean whole : new boolean[] {false, true}) {
      Tensor first = firstDerivative(x, dy, whole, true);
      Tensor second = gradient(first, x, tensor(v, DType.FLOAT64, data.length), false);
      double[] expected = new double[data.length];
      for (int i = 0; i < data.length; i++) {
        double h = 1e-6;
        double[] up = data.clone();
        double[] down = data.clone();
        up[i] += h;
        down[i] -= h;
        double[] above = derivativeAt(up, dy, whole);
        double[] below = derivativeAt(down, dy, whole);
        for (int k = 0; k < data.length; k++) {
          expected[i] += v[k] * (above[k] - below[k]) / (2 * h);
        }
      }
      assertClose(expected, second, 1e-6, whole ? "prod" : "cumprod");
    }
  }

  private static Tensor firstDerivative(Tensor x, double[] dy, boolean whole, boolean createGraph) {
    Tensor upstream = tensor(dy, DType.FLOAT64, dy.length);
    return whole
        ? gradient(x.prod(0), x, Tensor.scalar(dy[0]).to(DType.FLOAT64), createGraph)
        : gradient(x.cumprod(0), x, upstream, createGraph);
  }

  private static double[] derivativeAt(double[] data, double[] dy, boolean whole) {
    Tensor x = tensor(data, DType.FLOAT64, data.length).requiresGrad(true);
    return firstDerivative(x, dy, whole, false).toDoubleArray();
  }

  /** Numbers of which some are equal, zeros of both signs, infinities and NaN. */
  private double[] special(int count, int kinds) {
    double[] data = new double[count];
    for (int i = 0; i < count; i++) {
      data[i] =
          switch (random.nextInt(12)) {
            case 0 -> Double.NaN;
            case 1 -> Double.POSITIVE_INFINITY;
            case 2 -> Double.NEGATIVE_INFINITY;
            case 3 -> -0.0;
            case 4 -> 0.0;
            default -> random.nextInt(kinds) / 8.0 - 2;
          };
    }
    return data;
  }

  /** The order of a line by the definition: a stable sort of its indices. */
  private static int[] order(double[] line, boolean descending) {
    // Adding 0 makes both zeros one; Double.compare has NaN as the largest.
    Comparator<Integer> ascending = (a, b) -> Double.compare(line[a] + 0.0, line[b] + 0.0);
    return IntStream.range(0, line.length)
        .boxed()
        .sorted(descending ? ascending.reversed() : ascending)
        .mapToInt(i -> i)
        .toArray();
  }

  private void checkSort(double[] data, Tensor x, int outer, int n, int inner, boolean descending) {
    String what = "(" + outer + ", " + n + ", " + inner + ") of " + x.dtype();
    ValuesAndIndices sorted = x.sort(1, descending);
    int k = Math.min(n, 5);
    ValuesAndIndices top = x.topk(k, 1, descending);
    double[] values = sorted.values().to(DType.FLOAT64).toDoubleArray();
    long[] indices = sorted.indices().toLongArray();
    double[] topValues = top.values().to(DType.FLOAT64).toDoubleArray();
    long[] topIndices = top.indices().toLongArray();
    assertArrayEquals(indices, x.argsort(1, descending).toLongArray(), what);
    assertEquals(x.dtype(), sorted.values().dtype());
    for (int line = 0; line < outer * inner; line++) {
      double[] elements = new double[n];
      for (int i = 0; i < n; i++) {
        elements[i] = data[at(line, i, n, inner)];
      }
      int[] order = order(elements, descending);
      for (int i = 0; i < n; i++) {
        int place = at(line, i, n, inner);
        assertEquals(order[i], indices[place], what + ", line " + line + ", place " + i);
        assertEquals(elements[order[i]] + 0.0, values[place] + 0.0, what);
        if (i < k) {
          assertEquals(order[i], topIndices[at(line, i, k, inner)], "topk of " + what);
          assertEquals(elements[order[i]] + 0.0, topValues[at(line, i, k, inner)] + 0.0, what);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void sortIsStableAndHasNanLast(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    forShapes(
        150_000,
        (outer, n, inner) -> {
          for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            double[] data = special(outer * n * inner, 1 + random.nextInt(200));
            Tensor x = tensor(data, dtype, outer, n, inner);
            boolean descending = random.nextBoolean();
            checkSort(data, x, outer, n, inner, descending);
            checkSort(data, x, outer, n, inner, !descending);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void integersAndBoolsAreSorted(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    for (DType dtype : List.of(DType.INT64, DType.INT32, DType.UINT8, DType.BOOL)) {
      double[] data =
          random.ints(3 * 300, 0, dtype == DType.BOOL ? 2 : 200).asDoubleStream().toArray();
      Tensor x = tensor(data, dtype, 3, 300, 1);
      checkSort(data, x, 3, 300, 1, false);
      checkSort(data, x, 3, 300, 1, true);
    }
    long[] extremes = {5, Long.MIN_VALUE, Long.MAX_VALUE, 0, -1};
    Tensor x = Tensor.fromArray(extremes, DType.INT64, Shape.of(5), Device.getDefault());
    assertArrayEquals(new long[] {1, 4, 3, 0, 2}, x.argsort().toLongArray());
    assertArrayEquals(new long[] {2, 0, 3, 4, 1}, x.argsort(0, true).toLongArray());
    assertEquals(Long.MIN_VALUE, x.amin().toLongArray()[0]);
    assertEquals(1, x.argmin().toLongArray()[0]);
    assertEquals(Long.MIN_VALUE, x.min(0).values().toLongArray()[0]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void transposedInputsAndTheirGradients(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    double[] data = random.doubles(37 * 300, -1, 1).toArray();
    Tensor x = tensor(data, DType.FLOAT64, 37, 300).requiresGrad(true);
    Tensor turned = x.t();
    Tensor copy = x.t().clone().detach().requiresGrad(true);
    Tensor dy = tensor(random.doubles(data.length, -1, 1).toArray(), DType.FLOAT64, 300, 37);
    for (int dim = 0; dim < 2; dim++) {
      ValuesAndIndices ofTurned = turned.sort(dim, true);
      ValuesAndIndices ofCopy = copy.sort(dim, true);
      assertArrayEquals(ofCopy.indices().toLongArray(), ofTurned.indices().toLongArray());
      Tensor expected = gradient(ofCopy.values(), copy, dy, false);
      Tensor actual = gradient(ofTurned.values(), x, dy, false);
      assertArrayEquals(expected.t().clone().toDoubleArray(), actual.toDoubleArray());
      // The gradient puts each dy where its value came from: a gather of it is dy again.
      assertArrayEquals(dy.toDoubleArray(), expected.gather(dim, ofCopy.indices()).toDoubleArray());
      Tensor sums = turned.cumsum(dim);
      assertClose(copy.cumsum(dim).toDoubleArray(), sums, 1e-12, "cumsum");
      assertClose(copy.cumprod(dim).toDoubleArray(), turned.cumprod(dim), 1e-12, "cumprod");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void topkGivesItsGradientToWhatItTook(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    Tensor x = Tensor.of(3f, 9f, 1f, 9f, 5f).requiresGrad(true);
    ValuesAndIndices top = x.topk(3);
    assertArrayEquals(new long[] {1, 3, 4}, top.indices().toLongArray());
    Tensor dx = gradient(top.values(), x, Tensor.of(1f, 2f, 3f), false);
    assertArrayEquals(new float[] {0, 1, 0, 2, 3}, dx.toFloatArray());
    Tensor twice = gradient(x.topk(3).values().square().sum(), x, Tensor.scalar(1f), true);
    Tensor second = gradient(twice, x, Tensor.of(1f, 1f, 1f, 1f, 1f), false);
    assertArrayEquals(new float[] {0, 2, 0, 2, 2}, second.toFloatArray());
    assertEquals(Shape.of(0), x.topk(0).values().shape());
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void repeatedRunsGiveTheSameBits(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    Tensor x = tensor(random.doubles(200_000, -1, 1).toArray(), DType.FLOAT32, 200_000);
    for (int repeat = 0; repeat < 3; repeat++) {
      assertArrayEquals(x.cumsum(0).toFloatArray(), x.cumsum(0).toFloatArray());
      assertArrayEquals(x.add(1).cumprod(0).toFloatArray(), x.add(1).cumprod(0).toFloatArray());
      assertArrayEquals(x.sort().values().toFloatArray(), x.sort().values().toFloatArray());
    }
  }

  @Test
  void infinitiesStayInfinitiesInSums() {
    Tensor x = Tensor.of(1f, Float.POSITIVE_INFINITY, 2f, 3f, Float.NaN, 1f);
    float inf = Float.POSITIVE_INFINITY;
    float[] expected = {1, inf, inf, inf, Float.NaN, Float.NaN};
    assertArrayEquals(expected, x.cumsum(0).toFloatArray());
  }

  @Test
  void badArgumentsAreNamed() {
    Tensor x = Tensor.zeros(2, 3);
    IndexException k = assertThrows(IndexException.class, () -> x.topk(4));
    assertTrue(k.getMessage().startsWith("topk: k is 4 and dimension -1 of shape [2, 3] has 3"));
    assertThrows(IndexException.class, () -> x.topk(-1));
    for (String op : List.of("sort", "argsort", "cumsum", "cumprod", "topk")) {
      ShapeException e =
          assertThrows(
              ShapeException.class,
              () -> {
                switch (op) {
                  case "sort" -> x.sort(2);
                  case "argsort" -> x.argsort(2);
                  case "cumsum" -> x.cumsum(2);
                  case "cumprod" -> x.cumprod(2);
                  default -> x.topk(1, 2);
                }
              });
      assertTrue(e.getMessage().startsWith(op + ": dimension 2 is out of range"), e.getMessage());
    }
  }
}
