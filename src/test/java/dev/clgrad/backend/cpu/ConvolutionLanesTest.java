package dev.clgrad.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clgrad.backend.Lanes;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The primitives of convolutions: their definitions, and the same bits with and without vectors.
 */
class ConvolutionLanesTest {
  private static final Lanes[] LANES = {LanesProvider.choose("off"), LanesProvider.choose("on")};

  private final Random random = new Random(5);

  private float[] numbers(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = random.nextFloat() - 0.5f;
    }
    return x;
  }

  private interface Primitive {
    void run(Lanes lanes, float[] y);
  }

  /** What a primitive leaves in an array, with equal bits from both forms. */
  private static float[] results(int n, Primitive primitive) {
    float[][] results = new float[2][n];
    for (int i = 0; i < 2; i++) {
      Arrays.fill(results[i], 0.25f);
      primitive.run(LANES[i], results[i]);
    }
    int[][] bits = new int[2][];
    for (int i = 0; i < 2; i++) {
      float[] of = results[i];
      bits[i] = IntStream.range(0, n).map(k -> Float.floatToIntBits(of[k])).toArray();
    }
    assertArrayEquals(bits[0], bits[1]);
    return results[1];
  }

  private static double dot(double[] row, float[] x, int at, int step) {
    double sum = 0;
    for (int i = 0; i < row.length; i++) {
      sum += row[i] * x[at + i * step];
    }
    return sum;
  }

  private static final double[][] INPUT = {
    {1.265625, 0, -2.8125, 0, 1, 0},
    {0, -1.6875, -2.25, 0.75, 1, 0},
    {0, 1.6875, -2.25, -0.75, 1, 0},
    {0, -0.84375, -0.5625, 1.5, 1, 0},
    {0, 0.84375, -0.5625, -1.5, 1, 0},
    {0, 1.265625, 0, -2.8125, 0, 1}
  };

  private static final double[][] OUTPUT = {
    {1, 1, 1, 1, 1, 0},
    {0, 0.75, -0.75, 1.5, -1.5, 0},
    {0, 0.5625, 0.5625, 2.25, 2.25, 0},
    {0, 0.421875, -0.421875, 3.375, -3.375, 1}
  };

  @Test
  void transformsAreWinograds() {
    for (int n : new int[] {0, 1, 16, 37, 64}) {
      int step = n + 3;
      float[] x = numbers(2 * 6 * step);
      int[] offsets = IntStream.range(0, 6).map(i -> i * step).toArray();
      float[] input =
          results(
              12 * step,
              (l, y) -> l.winogradInput(x, 0, offsets, 6 * step, y, 0, step, 6 * step, n, 2));
      float[] output =
          results(
              12 * step,
              (l, y) -> l.winogradOutput(x, 0, step, 6 * step, y, 0, step, 6 * step, n, 2));
      float[] gradient =
          results(
              12 * step,
              (l, y) -> l.winogradGradient(x, 0, step, 6 * step, y, 0, step, 6 * step, n, 2));
      for (int t = 0; t < 2; t++) {
        for (int k = 0; k < 6; k++) {
          double[] column = {OUTPUT[0][k], OUTPUT[1][k], OUTPUT[2][k], OUTPUT[3][k]};
          for (int i = 0; i < n; i++) {
            int at = t * 6 * step + i;
            int to = at + k * step;
            assertEquals(dot(INPUT[k], x, at, step), input[to], 2e-6);
            assertEquals(dot(column, x, at, step), gradient[to], 2e-6);
            assertEquals(k < 4 ? dot(OUTPUT[k], x, at, step) : 0.25, output[to], 2e-6);
          }
        }
      }
    }
  }

  @Test
  void productsInPlaceAreThoseOfGemm() {
    for (int rows : new int[] {1, 4, 7, 8, 28, 33}) {
      for (int cols : new int[] {16, 32, 48}) {
        for (int inner : new int[] {1, 16, 256}) {
          for (boolean accumulate : new boolean[] {false, true}) {
            float[] a = numbers(2 * rows * inner);
            float[] b = numbers(2 * inner * cols);
            int size = rows * cols;
            float[] inPlace =
                results(
                    2 * size,
                    (l, y) ->
                        l.gemmInPlace(
                            rows,
                            cols,
                            inner,
                            a,
                            0,
                            1,
                            rows,
                            b,
                            0,
                            cols,
                            y,
                            0,
                            cols,
                            accumulate,
                            2,
                            rows * inner,
                            inner * cols,
                            size));
            float[] expected =
                results(
                    2 * size,
                    (l, y) -> {
                      for (int i = 0; i < 2; i++) {
                        l.gemm(
                            rows,
                            cols,
                            inner,
                            a,
                            i * rows * inner,
                            1,
                            rows,
                            b,
                            i * inner * cols,
                            cols,
                            1,
                            y,
                            i * size,
                            cols,
                            accumulate);
                      }
                    });
            assertArrayEquals(expected, inPlace);
          }
        }
      }
    }
  }

  @Test
  void transposedRowsLieAnywhere() {
    for (int[] size : new int[][] {{16, 16}, {17, 40}, {64, 23}}) {
      float[] x = numbers(size[0] * size[1]);
      int[] from = IntStream.range(0, size[0]).map(i -> i * size[1]).toArray();
      int[] to = IntStream.range(0, size[1]).map(j -> (size[1] - 1 - j) * size[0]).toArray();
      float[] y = results(x.length, (l, r) -> l.transpose(x, 0, from, r, 0, to));
      for (int i = 0; i < size[0]; i++) {
        for (int j = 0; j < size[1]; j++) {
          assertEquals(x[from[i] + j], y[to[j] + i]);
        }
      }
    }
  }

  @Test
  void dotsAreOfShiftedRanges() {
    float[] a = numbers(160);
    float[] b = numbers(200);
    for (int count : new int[] {1, 2, 3, 9, 14}) {
      int[] offsets = IntStream.range(0, count).map(k -> 2 * k + 1).toArray();
      float[] y = results(count, (l, r) -> l.dots(a, 0, b, 3, offsets, r, 160));
      for (int k = 0; k < count; k++) {
        double sum = 0;
        for (int i = 0; i < 160; i++) {
          sum += (double) a[i] * b[3 + offsets[k] + i];
        }
        assertEquals(sum, y[k], 1e-5);
      }
    }
  }

  @Test
  void gradientOfReluIsWhereTheResultIsPositiveOrNan() {
    float[] y = new float[37];
    float[] dy = numbers(37);
    float negativeNan = Float.intBitsToFloat(0xffc00000);
    float[] some = {
      0, -0f, 1, -1, Float.NaN, negativeNan, Float.MIN_VALUE, -Float.MIN_VALUE, 1f / 0, -1f / 0
    };
    for (int i = 0; i < y.length; i++) {
      y[i] = some[i % some.length];
    }
    float[] dx = results(37, (l, r) -> l.reluGradient(dy, y, r, 37));
    for (int i = 0; i < y.length; i++) {
      assertEquals(y[i] <= 0 ? 0 : dy[i], dx[i]);
    }
  }
}
