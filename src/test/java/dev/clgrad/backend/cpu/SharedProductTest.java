package dev.clgrad.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.ParallelLoop;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrix products of several threads have the bits of one thread's. */
class SharedProductTest {
  private static final Lanes PLAIN = new PlainLanes();
  private static final List<Lanes> ALL = List.of(PLAIN, LanesProvider.choose("on"));
  private static final ParallelLoop THREADS = new Parallel(3)::parallelFor;

  private record Sizes(int rows, int cols, int inner) {}

  /**
   * Small ones, tails of tiles and of blocks, more lines and more steps than are packed at a time,
   * few steps, and few rows or columns.
   */
  static List<Sizes> sizes() {
    return List.of(
        new Sizes(5, 3, 2),
        new Sizes(128, 128, 128),
        new Sizes(203, 157, 263),
        new Sizes(97, 301, 1291),
        new Sizes(2101, 37, 1100),
        new Sizes(37, 2101, 1100),
        new Sizes(1500, 700, 1),
        new Sizes(700, 900, 3),
        new Sizes(1, 3000, 400),
        new Sizes(3000, 1, 400),
        new Sizes(2, 2500, 300),
        new Sizes(11, 900, 300),
        new Sizes(900, 7, 300),
        new Sizes(1, 1, 1_000_003));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void theNumberOfThreadsDoesNotMatter(Sizes s) {
    float[] a = floats(s.rows * s.inner, 1);
    float[] b = floats(s.inner * s.cols, 2);
    double[] aDouble = doubles(a);
    double[] bDouble = doubles(b);
    for (int layout = 0; layout < 4; layout++) {
      int aRow = layout % 2 == 0 ? s.inner : 1;
      int aCol = layout % 2 == 0 ? 1 : s.rows;
      int bRow = layout < 2 ? s.cols : 1;
      int bCol = layout < 2 ? 1 : s.inner;
      boolean add = layout == 1 || layout == 2;
      // C has a column to the right that stays as it is.
      int stride = s.cols + 1;
      float[] expected = floats(s.rows * stride, 3);
      double[] expectedDouble = doubles(expected);
      PLAIN.gemm(
          s.rows, s.cols, s.inner, a, 0, aRow, aCol, b, 0, bRow, bCol, expected, 0, stride, add);
      PLAIN.gemm(
          s.rows,
          s.cols,
          s.inner,
          aDouble,
          0,
          aRow,
          aCol,
          bDouble,
          0,
          bRow,
          bCol,
          expectedDouble,
          0,
          stride,
          add);
      for (Lanes lanes : ALL) {
        String what = lanes.name() + " " + s + " layout " + layout;
        float[] c = floats(s.rows * stride, 3);
        double[] d = doubles(c);
        lanes.gemm(
            THREADS, s.rows, s.cols, s.inner, a, 0, aRow, aCol, b, 0, bRow, bCol, c, 0, stride,
            add);
        assertArrayEquals(expected, c, what);
        lanes.gemm(
            THREADS, s.rows, s.cols, s.inner, aDouble, 0, aRow, aCol, bDouble, 0, bRow, bCol, d, 0,
            stride, add);
        assertArrayEquals(expectedDouble, d, what);
      }
    }
  }

  @Test
  void productsAtTheSameTimeDoNotDisturbEachOther() {
    int n = 150;
    float[] a = floats(n * n, 4);
    float[] b = floats(n * n, 5);
    float[] expected = new float[n * n];
    PLAIN.gemm(n, n, n, a, 0, n, 1, b, 0, n, 1, expected, 0, n, false);
    for (Lanes lanes : ALL) {
      List<float[]> results =
          IntStream.range(0, 40)
              .parallel()
              .mapToObj(
                  i -> {
                    float[] c = new float[n * n];
                    lanes.gemm(THREADS, n, n, n, a, 0, n, 1, b, 0, n, 1, c, 0, n, false);
                    return c;
                  })
              .toList();
      for (float[] c : results) {
        assertArrayEquals(expected, c, lanes.name());
      }
    }
  }

  @Test
  void shortArraysAreRefusedAndLeaveTheNextProductRight() {
    int n = 128;
    float[] full = floats(n * n, 6);
    float[] missing = new float[n * n - 1];
    float[] expected = new float[n * n];
    PLAIN.gemm(n, n, n, full, 0, n, 1, full, 0, n, 1, expected, 0, n, false);
    for (Lanes lanes : ALL) {
      float[][][] wrong = {
        {missing, full, new float[n * n]},
        {full, missing, new float[n * n]},
        {full, full, missing},
      };
      for (float[][] w : wrong) {
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> lanes.gemm(THREADS, n, n, n, w[0], 0, n, 1, w[1], 0, n, 1, w[2], 0, n, false));
        float[] c = new float[n * n];
        lanes.gemm(THREADS, n, n, n, full, 0, n, 1, full, 0, n, 1, c, 0, n, false);
        assertArrayEquals(expected, c, lanes.name());
      }
    }
  }

  private static float[] floats(int n, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextDouble(-1, 1);
    }
    return x;
  }

  private static double[] doubles(float[] x) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] * 1.000000001;
    }
    return y;
  }
}
