package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pooling beyond PyTorch's cases: random windows against the definition, derivatives, errors. */
class PoolingTest {
  private static final int PROBLEMS = 60;

  private final Random random = new Random(23);
  private final Device device = Device.getDefault();

  /** The places of each window in each of two dimensions, as the definition says. */
  private record Windows(int[] in, int[][][] places, int[][] sizes) {
    int out(int d) {
      return places[d].length;
    }
  }

  /** Random numbers of which some are equal. */
  private Tensor numbers(DType dtype, long... sizes) {
    Shape shape = Shape.of(sizes);
    double[] values = random.ints(shape.numel(), -20, 20).mapToDouble(i -> i / 8.0).toArray();
    return Tensor.fromArray(values, DType.FLOAT64, shape, device).to(dtype);
  }

  private static int[] window(int begin, int count, int dilation, int in) {
    return IntStream.range(0, count)
        .map(k -> begin + k * dilation)
        .filter(q -> q >= 0 && q < in)
        .toArray();
  }

  private static Windows adaptive(int[] in, int[] out) {
    int[][][] places = new int[2][][];
    int[][] sizes = new int[2][];
    for (int d = 0; d < 2; d++) {
      places[d] = new int[out[d]][];
      sizes[d] = new int[out[d]];
      for (int p = 0; p < out[d]; p++) {
        int begin = (int) Math.floor((double) p * in[d] / out[d]);
        int end = (int) Math.ceil((double) (p + 1) * in[d] / out[d]);
        places[d][p] = window(begin, end - begin, 1, in[d]);
        sizes[d][p] = end - begin;
      }
    }
    return new Windows(in, places, sizes);
  }

  private record Setting(int[] kernel, int[] stride, int[] padding, int[] dilation, boolean ceil) {
    PoolOptions options() {
      return PoolOptions.of(longs(kernel))
          .stride(longs(stride))
          .padding(longs(padding))
          .dilation(longs(dilation))
          .ceilMode(ceil);
    }

    private static long[] longs(int[] ints) {
      return Arrays.stream(ints).asLongStream().toArray();
    }

    Windows windows(int[] in) {
      int[][][] places = new int[2][][];
      int[][] sizes = new int[2][];
      for (int d = 0; d < 2; d++) {
        int reach = dilation[d] * (kernel[d] - 1) + 1;
        int count = 0;
        // A window counts if it ends within the padded input, or with ceil if it begins in the
        // input or the padding before it, and the one before did not reach the end.
        while (true) {
          int begin = count * stride[d] - padding[d];
          boolean whole = begin + reach <= in[d] + padding[d];
          boolean before = begin - stride[d] + reach < in[d] + padding[d];
          if (!(whole || (ceil && before && begin < in[d]))) {
            break;
          }
          count++;
        }
        places[d] = new int[count][];
        sizes[d] = new int[count];
        for (int p = 0; p < count; p++) {
          int begin = p * stride[d] - padding[d];
          places[d][p] = window(begin, kernel[d], dilation[d], in[d]);
          sizes[d][p] = Math.min(begin + kernel[d], in[d] + padding[d]) - begin;
        }
      }
      return new Windows(in, places, sizes);
    }
  }

  private Setting setting(boolean dilated) {
    int[][] all = new int[4][2];
    for (int d = 0; d < 2; d++) {
      all[0][d] = 1 + random.nextInt(4);
      all[1][d] = 1 + random.nextInt(4);
      all[2][d] = random.nextInt(all[0][d] / 2 + 1);
      all[3][d] = dilated ? 1 + random.nextInt(3) : 1;
    }
    return new Setting(all[0], all[1], all[2], all[3], random.nextBoolean());
  }

  private static void checkMax(Windows w, Tensor x, MaxPooled actual, Tensor dy, double[] dx) {
    int planes = (int) (x.numel() / ((long) w.in[0] * w.in[1]));
    double[] xs = x.to(DType.FLOAT64).toDoubleArray();
    double[] dys = dy.to(DType.FLOAT64).toDoubleArray();
    double[] values = new double[dys.length];
    long[] indices = new long[dys.length];
    double[] gradient = new double[xs.length];
    int at = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int[] q0s : w.places[0]) {
        for (int[] q1s : w.places[1]) {
          int found = -1;
          for (int q0 : q0s) {
            for (int q1 : q1s) {
              int q = plane * w.in[0] * w.in[1] + q0 * w.in[1] + q1;
              found = found < 0 || xs[q] > xs[found] ? q : found;
            }
          }
          // Dilation may leave no place inside.
          values[at] = found < 0 ? Double.NEGATIVE_INFINITY : xs[found];
          indices[at] = found < 0 ? -1 : found - plane * w.in[0] * w.in[1];
          if (found >= 0) {
            gradient[found] += dys[at];
          }
          at++;
        }
      }
    }
    assertArrayEquals(values, actual.values().to(DType.FLOAT64).toDoubleArray());
    assertArrayEquals(indices, actual.indices().toLongArray());
    assertArrayEquals(gradient, dx, 1e-5);
  }

  private static void checkAvg(
      Windows w, boolean withPadding, Tensor x, Tensor actual, Tensor dy, double[] dx) {
    int planes = (int) (x.numel() / ((long) w.in[0] * w.in[1]));
    double[] xs = x.to(DType.FLOAT64).toDoubleArray();
    double[] dys = dy.to(DType.FLOAT64).toDoubleArray();
    double[] values = new double[dys.length];
    double[] gradient = new double[xs.length];
    int at = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int p0 = 0; p0 < w.out(0); p0++) {
        for (int p1 = 0; p1 < w.out(1); p1++) {
          int inside = w.places[0][p0].length * w.places[1][p1].length;
          double divisor = withPadding ? w.sizes[0][p0] * w.sizes[1][p1] : inside;
          for (int q0 : w.places[0][p0]) {
            for (int q1 : w.places[1][p1]) {
              int q = plane * w.in[0] * w.in[1] + q0 * w.in[1] + q1;
              values[at] += xs[q] / divisor;
              gradient[q] += dys[at] / divisor;
            }
          }
          at++;
        }
      }
    }
    assertArrayEquals(values, actual.to(DType.FLOAT64).toDoubleArray(), 1e-5);
    assertArrayEquals(gradient, dx, 1e-5);
  }

  private static double[] gradient(Tensor y, Tensor x, Tensor dy) {
    return Autograd.grad(List.of(y), List.of(x), List.of(dy), false, false)
        .get(0)
        .to(DType.FLOAT64)
        .toDoubleArray();
  }

  @Test
  void windowsOfOneSize() {
    for (int i = 0; i < PROBLEMS; i++) {
      boolean max = i % 2 == 0;
      Setting s = setting(max);
      int[] in = {1 + random.nextInt(12), 1 + random.nextInt(20)};
      Windows w = s.windows(in);
      DType dtype = random.nextBoolean() ? DType.FLOAT32 : DType.FLOAT64;
      Tensor x = numbers(dtype, random.nextInt(3), 1 + random.nextInt(3), in[0], in[1]);
      Tensor leaf = x.detach().requiresGrad(true);
      PoolOptions options = s.options();
      if (w.out(0) == 0 || w.out(1) == 0) {
        assertThrows(ShapeException.class, () -> leaf.maxPool2d(options));
        continue;
      }
      Tensor dy = numbers(dtype, x.size(0), x.size(1), w.out(0), w.out(1));
      if (max) {
        MaxPooled y = leaf.maxPool2dWithIndices(options);
        checkMax(w, x, y, dy, gradient(y.values(), leaf, dy));
      } else {
        boolean withPadding = random.nextBoolean();
        Tensor y = leaf.avgPool2d(options.countIncludePad(withPadding));
        checkAvg(w, withPadding, x, y, dy, gradient(y, leaf, dy));
      }
    }
  }

  @Test
  void windowsThatDivideTheInput() {
    for (int i = 0; i < PROBLEMS; i++) {
      int[] in = {1 + random.nextInt(12), 1 + random.nextInt(20)};
      int[] out = {1 + random.nextInt(12), 1 + random.nextInt(20)};
      Windows w = adaptive(in, out);
      Tensor x = numbers(DType.FLOAT32, 2, 2, in[0], in[1]);
      Tensor leaf = x.detach().requiresGrad(true);
      Tensor dy = numbers(DType.FLOAT32, 2, 2, out[0], out[1]);
      MaxPooled top = leaf.adaptiveMaxPool2dWithIndices(out[0], out[1]);
      checkMax(w, x, top, dy, gradient(top.values(), leaf, dy));
      Tensor mean = leaf.adaptiveAvgPool2d(out[0], out[1]);
      checkAvg(w, true, x, mean, dy, gradient(mean, leaf, dy));
    }
  }

  @Test
  void oneDimensionIsTwoOfWhichOneIsOne() {
    Tensor x = numbers(DType.FLOAT32, 3, 2, 17);
    Tensor flat = x.unsqueeze(2);
    PoolOptions one = PoolOptions.of(3).stride(2).padding(1).ceilMode(true);
    PoolOptions two = PoolOptions.of(1, 3).stride(1, 2).padding(0, 1).ceilMode(true);
    assertArrayEquals(flat.maxPool2d(two).toFloatArray(), x.maxPool1d(one).toFloatArray());
    assertArrayEquals(flat.avgPool2d(two).toFloatArray(), x.avgPool1d(one).toFloatArray());
    assertArrayEquals(
        flat.adaptiveAvgPool2d(1, 5).toFloatArray(), x.adaptiveAvgPool1d(5).toFloatArray());
    assertArrayEquals(
        flat.adaptiveMaxPool2dWithIndices(1, 5).indices().toLongArray(),
        x.adaptiveMaxPool1dWithIndices(5).indices().toLongArray());
    assertEquals(Shape.of(3, 2, 8), x.maxPool1d(2).shape());
    assertEquals(Shape.of(3, 2, 8), x.avgPool1d(2).shape());
  }

  private void check(UnaryOperator<Tensor> function, long... sizes) {
    Shape shape = Shape.of(sizes);
    FiniteDifferences.check(function, shape, random.doubles(shape.numel(), -1, 1).toArray());
  }

  @Test
  void gradientsAreTheDerivatives() {
    PoolOptions options = PoolOptions.of(3, 2).stride(2, 1).padding(1);
    // Squares make the first derivative depend on the input.
    check(t -> t.maxPool2d(options).pow(2), 1, 2, 5, 4);
    check(t -> t.avgPool2d(options.countIncludePad(false)).pow(2), 1, 2, 5, 4);
    check(t -> t.adaptiveMaxPool2d(2, 3).pow(2), 1, 2, 5, 4);
    check(t -> t.adaptiveAvgPool2d(2, 3).pow(2), 1, 2, 5, 4);
    check(t -> t.transpose(1, 2).maxPool1d(2).pow(2), 2, 5, 2);
    // The first window has no place inside.
    PoolOptions apart = PoolOptions.of(2).stride(1).padding(1).dilation(3);
    check(t -> t.maxPool1d(apart).exp(), 1, 2);
  }

  @Test
  void notANumberIsLargest() {
    Tensor x = Tensor.of(1, Float.NaN, 3, 2).reshape(1, 4);
    assertArrayEquals(new float[] {Float.NaN, 3}, x.maxPool1d(2).toFloatArray());
    Tensor lowest = Tensor.full(Shape.of(1, 4), Float.NEGATIVE_INFINITY);
    MaxPooled pooled = lowest.maxPool1dWithIndices(PoolOptions.of(3).padding(1).stride(2));
    assertArrayEquals(new long[] {0, 1}, pooled.indices().toLongArray());
    assertEquals(Float.NEGATIVE_INFINITY, pooled.values().toFloatArray()[1]);
  }

  @Test
  void wrongCallsAreToldWhatIsWrong() {
    Tensor x = Tensor.ones(1, 2, 4, 4);
    assertMessage("max_pool2d: an input of shape [4, 4]", () -> Tensor.ones(4, 4).maxPool2d(2));
    assertMessage("max_pool1d: an input of shape [1, 2, 4, 4]", () -> x.maxPool1d(2));
    assertMessage("kernel size [0]", () -> x.avgPool2d(0));
    assertMessage("stride [0]", () -> x.avgPool2d(PoolOptions.of(2).stride(0)));
    assertMessage("more than half", () -> x.maxPool2d(PoolOptions.of(2).padding(2)));
    assertMessage("no window of kernel size [5, 5]", () -> x.avgPool2d(5));
    assertMessage("divisorOverride is 0", () -> x.avgPool2d(PoolOptions.of(2).divisorOverride(0)));
    assertMessage("dilation", () -> x.avgPool2d(PoolOptions.of(2).dilation(2)));
    assertMessage("divisorOverride", () -> x.maxPool2d(PoolOptions.of(2).divisorOverride(3)));
    assertMessage("output size [-2]", () -> x.adaptiveAvgPool2d(-2));
    assertMessage("has 3 numbers", () -> x.adaptiveMaxPool2d(1, 2, 3));
    assertMessage("no elements to pool", () -> Tensor.ones(1, 0, 0).adaptiveAvgPool1d(1));
    Tensor integers = x.to(DType.INT64);
    assertThrows(DTypeException.class, () -> integers.maxPool2d(2));
    assertThrows(DTypeException.class, () -> integers.avgPool2d(2));
  }

  private static void assertMessage(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(ShapeException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
