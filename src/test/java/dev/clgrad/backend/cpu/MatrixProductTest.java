package dev.clgrad.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clgrad.backend.Lanes;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrix products against the documented order of operations and against a sum in double. */
class MatrixProductTest {
  private static final Lanes PLAIN = new PlainLanes();
  private static final Lanes SIMD = LanesProvider.choose("on");

  /** A matrix in an array: element (i, j) stands at offset + i * rowStride + j * colStride. */
  private record Matrix(double[] data, int offset, int rowStride, int colStride) {
    double at(int i, int j) {
      return data[offset + i * rowStride + j * colStride];
    }

    float[] floats() {
      float[] y = new float[data.length];
      for (int i = 0; i < y.length; i++) {
        y[i] = (float) data[i];
      }
      return y;
    }
  }

  private record Case(int rows, int cols, int inner, Matrix a, Matrix b, boolean accumulate) {
    void run(Lanes l, float[] c, int offset, int stride) {
      l.gemm(
          rows,
          cols,
          inner,
          a.floats(),
          a.offset,
          a.rowStride,
          a.colStride,
          b.floats(),
          b.offset,
          b.rowStride,
          b.colStride,
          c,
          offset,
          stride,
          accumulate);
    }

    void run(Lanes l, double[] c, int offset, int stride) {
      l.gemm(
          rows,
          cols,
          inner,
          a.data,
          a.offset,
          a.rowStride,
          a.colStride,
          b.data,
          b.offset,
          b.rowStride,
          b.colStride,
          c,
          offset,
          stride,
          accumulate);
    }
  }

  static IntStream seeds() {
    return IntStream.range(0, 200);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void productsFollowTheDocumentedOrder(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Case test = randomCase(random, seed);
    int stride = test.cols + random.nextInt(3);
    int offset = random.nextInt(5);
    double[] start = random(random, offset + test.rows * stride + 3);
    Matrix c = new Matrix(start, offset, stride, 1);

    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      float[] actual = c.floats();
      double[] actualDouble = start.clone();
      test.run(lanes, actual, offset, stride);
      test.run(lanes, actualDouble, offset, stride);
      float[] expected = c.floats();
      double[] expectedDouble = start.clone();
      for (int i = 0; i < test.rows; i++) {
        for (int j = 0; j < test.cols; j++) {
          int at = offset + i * stride + j;
          expected[at] = elementFloat(test, i, j, expected[at]);
          expectedDouble[at] = elementDouble(test, i, j, expectedDouble[at]);
          checkAccuracy(test, i, j, start[at], actual[at]);
        }
      }
      String what = lanes.name() + " " + test.rows + "×" + test.inner + "×" + test.cols;
      assertArrayEquals(expected, actual, what);
      assertArrayEquals(expectedDouble, actualDouble, what);
    }
  }

  @Test
  void anyDivisionGivesTheSameBits() {
    SplittableRandom random = new SplittableRandom(99);
    int rows = 150;
    int cols = 530;
    int inner = 300;
    float[] a = new Matrix(random(random, rows * inner), 0, inner, 1).floats();
    float[] b = new Matrix(random(random, inner * cols), 0, cols, 1).floats();
    float[] whole = new float[rows * cols];
    PLAIN.gemm(rows, cols, inner, a, 0, inner, 1, b, 0, cols, 1, whole, 0, cols, false);
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      for (int height : new int[] {1, 7, 64, 149}) {
        for (int width : new int[] {3, 100, 529}) {
          float[] c = new float[rows * cols];
          for (int i = 0; i < rows; i += height) {
            for (int j = 0; j < cols; j += width) {
              int h = Math.min(height, rows - i);
              int w = Math.min(width, cols - j);
              lanes.gemm(
                  h, w, inner, a, i * inner, inner, 1, b, j, cols, 1, c, i * cols + j, cols, false);
            }
          }
          assertArrayEquals(whole, c, lanes.name() + " in tiles of " + height + "×" + width);
        }
      }
    }
  }

  @Test
  void anEmptyInnerDimensionGivesZero() {
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      float[] c = new float[100 * 100];
      Arrays.fill(c, 5);
      lanes.gemm(100, 100, 0, new float[0], 0, 0, 1, new float[0], 0, 0, 1, c, 0, 100, true);
      assertEquals(5, c[77]);
      lanes.gemm(100, 100, 0, new float[0], 0, 0, 1, new float[0], 0, 0, 1, c, 0, 100, false);
      assertArrayEquals(new float[100 * 100], c);
      lanes.gemm(0, 10, 10, new float[0], 0, 0, 1, new float[100], 0, 10, 1, c, 0, 100, false);
      lanes.gemm(10, 0, 10, new float[100], 0, 10, 1, new float[0], 0, 0, 1, c, 0, 100, false);
    }
  }

  @Test
  void notANumberStaysInItsRowAndColumn() {
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      int n = 40;
      float[] a = new float[n * n];
      float[] b = new float[n * n];
      float[] c = new float[n * n];
      Arrays.fill(b, 1);
      a[39 * n + 39] = Float.NaN;
      a[3 * n + 1] = Float.POSITIVE_INFINITY;
      lanes.gemm(n, n, n, a, 0, n, 1, b, 0, n, 1, c, 0, n, false);
      float[] expected = new float[n * n];
      Arrays.fill(expected, 39 * n, 40 * n, Float.NaN);
      Arrays.fill(expected, 3 * n, 4 * n, Float.POSITIVE_INFINITY);
      assertArrayEquals(expected, c, lanes.name());
    }
  }

  @Test
  void resultsTooSmallKeepTheirSign() {
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      for (int inner : new int[] {1, 2, 7, 64, 300}) {
        int n = 65;
        float[] a = new float[n * inner];
        float[] b = new float[inner * n];
        Arrays.fill(a, 1e-30f);
        Arrays.fill(b, -1e-30f);
        float[] c = new float[n * n];
        float[] expected = new float[n * n];
        // One fused multiply-add rounds to -0, and so do more; block results are added to that.
        Arrays.fill(expected, FusedMultiplyAdd.FAST ? -0f : 0f);
        lanes.gemm(n, n, inner, a, 0, inner, 1, b, 0, n, 1, c, 0, n, false);
        assertArrayEquals(expected, c, lanes.name() + " " + inner);
      }
    }
  }

  @Test
  void shortArraysAreRefused() {
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      float[] full = new float[64 * 64];
      float[] missing = new float[64 * 64 - 1];
      float[][][] wrong = {
        {missing, full, full}, {full, missing, full}, {full, full, missing},
      };
      for (float[][] w : wrong) {
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> lanes.gemm(64, 64, 64, w[0], 0, 64, 1, w[1], 0, 64, 1, w[2], 0, 64, false));
      }
    }
  }

  private static float elementFloat(Case t, int i, int j, float start) {
    float c = t.accumulate ? start : 0;
    for (int k = 0; k < t.inner; k += Lanes.GEMM_INNER_BLOCK) {
      float partial = 0;
      for (int p = k; p < Math.min(t.inner, k + Lanes.GEMM_INNER_BLOCK); p++) {
        float x = (float) t.a.at(i, p);
        float y = (float) t.b.at(p, j);
        partial = FusedMultiplyAdd.FAST ? Math.fma(x, y, partial) : x * y + partial;
      }
      c = k == 0 && !t.accumulate ? partial : c + partial;
    }
    return c;
  }

  private static double elementDouble(Case t, int i, int j, double start) {
    double c = t.accumulate ? start : 0;
    for (int k = 0; k < t.inner; k += Lanes.GEMM_INNER_BLOCK) {
      double partial = 0;
      for (int p = k; p < Math.min(t.inner, k + Lanes.GEMM_INNER_BLOCK); p++) {
        double x = t.a.at(i, p);
        double y = t.b.at(p, j);
        partial = FusedMultiplyAdd.FAST ? Math.fma(x, y, partial) : x * y + partial;
      }
      c = k == 0 && !t.accumulate ? partial : c + partial;
    }
    return c;
  }

  private static void checkAccuracy(Case t, int i, int j, double start, float actual) {
    double sum = t.accumulate ? start : 0;
    double magnitude = Math.abs(sum);
    for (int k = 0; k < t.inner; k++) {
      double product = t.a.at(i, k) * t.b.at(k, j);
      sum += product;
      magnitude += Math.abs(product);
    }
    int steps = Math.min(t.inner, Lanes.GEMM_INNER_BLOCK) + t.inner / Lanes.GEMM_INNER_BLOCK + 2;
    assertEquals(sum, actual, steps * 0x1p-24 * magnitude);
  }

  private static Case randomCase(SplittableRandom random, int seed) {
    int largest = seed % 4 == 0 ? 12 : seed % 4 == 1 ? 70 : 140;
    int rows = random.nextInt(1, largest);
    int cols = random.nextInt(1, seed % 10 == 7 ? 600 : largest);
    int inner = random.nextInt(1, seed % 10 == 8 ? 800 : largest);
    switch (seed % 10) {
      case 3 -> {
        rows = random.nextInt(1, 15);
        cols = random.nextInt(1, 600);
      }
      case 4 -> {
        rows = random.nextInt(1, 600);
        cols = random.nextInt(1, 15);
      }
      case 5 -> {
        rows = random.nextInt(1, 3);
        cols = random.nextInt(1, 3);
        inner = random.nextInt(1, 6000);
      }
      default -> {}
    }
    Matrix a = randomMatrix(random, rows, inner);
    Matrix b = randomMatrix(random, inner, cols);
    return new Case(rows, cols, inner, a, b, random.nextBoolean());
  }

  /** Row-major, column-major, spaced out, broadcast along either dimension, or reversed. */
  private static Matrix randomMatrix(SplittableRandom random, int rows, int cols) {
    int offset = random.nextInt(4);
    return switch (random.nextInt(6)) {
      case 0 -> new Matrix(random(random, offset + rows * cols), offset, cols, 1);
      case 1 -> new Matrix(random(random, offset + rows * cols), offset, 1, rows);
      case 2 -> new Matrix(random(random, offset + 6 * rows * cols), offset, 3 * cols, 2);
      case 3 -> new Matrix(random(random, offset + cols), offset, 0, 1);
      case 4 -> new Matrix(random(random, offset + rows), offset, 1, 0);
      default -> new Matrix(random(random, rows * cols), rows * cols - 1, -cols, -1);
    };
  }

  private static double[] random(SplittableRandom random, int n) {
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextDouble(-1, 1);
    }
    return x;
  }
}
