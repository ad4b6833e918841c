package dev.clgrad.backend.cpu;

import static dev.clgrad.backend.Lanes.GEMM_INNER_BLOCK;

import java.util.Arrays;

/**
 * The matrix product in plain Java: a row of the product at a time, taking in four rows of B per
 * pass, which the JIT compiler turns into vector code.
 */
public final class PlainGemm {
  /** Products with fewer multiplications are not worth the set-up of a blocked algorithm. */
  private static final long TINY = 4096;

  /** Columns per pass: a block of B of this width stays in a core's cache. */
  private static final int COLS = 512;

  private PlainGemm() {}

  static void run(
      int rows,
      int cols,
      int inner,
      float[] a,
      int aOffset,
      int aRowStride,
      int aColStride,
      float[] b,
      int bOffset,
      int bRowStride,
      int bColStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate) {
    if (isTiny(rows, cols, inner)) {
      tiny(
          rows,
          cols,
          inner,
          a,
          aOffset,
          aRowStride,
          aColStride,
          b,
          bOffset,
          bRowStride,
          bColStride,
          c,
          cOffset,
          cRowStride,
          accumulate);
      return;
    }
    int width = Math.min(cols, COLS);
    int depth = Math.min(inner, GEMM_INNER_BLOCK);
    float[] packed = bColStride == 1 ? b : new float[width * depth];
    float[] partial = new float[width];
    for (int j = 0; j < cols; j += width) {
      int w = Math.min(width, cols - j);
      for (int k = 0; k < inner; k += depth) {
        int d = Math.min(depth, inner - k);
        int from = bOffset + k * bRowStride + j * bColStride;
        int stride = bRowStride;
        if (bColStride != 1) {
          pack(d, w, b, from, bRowStride, bColStride, packed);
          from = 0;
          stride = w;
        }
        boolean add = accumulate || k > 0;
        for (int i = 0; i < rows; i++) {
          int aAt = aOffset + i * aRowStride + k * aColStride;
          row(d, w, a, aAt, aColStride, packed, from, stride, partial);
          int cAt = cOffset + i * cRowStride + j;
          if (add) {
            for (int x = 0; x < w; x++) {
              c[cAt + x] += partial[x];
            }
          } else {
            System.arraycopy(partial, 0, c, cAt, w);
          }
        }
      }
    }
  }

  /** Whether {@link #tiny} is the better way. */
  public static boolean isTiny(int rows, int cols, int inner) {
    return inner == 0 || (long) rows * cols * inner <= TINY;
  }

  /** The product element by element, for small ones. */
  public static void tiny(
      int rows,
      int cols,
      int inner,
      float[] a,
      int aOffset,
      int aRowStride,
      int aColStride,
      float[] b,
      int bOffset,
      int bRowStride,
      int bColStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        int aAt = aOffset + i * aRowStride;
        int bAt = bOffset + j * bColStride;
        int cAt = cOffset + i * cRowStride + j;
        if (!accumulate && inner == 0) {
          c[cAt] = 0;
        }
        for (int k = 0; k < inner; k += GEMM_INNER_BLOCK) {
          float partial = 0;
          int end = Math.min(inner, k + GEMM_INNER_BLOCK);
          for (int p = k; p < end; p++) {
            partial = multiplyAdd(a[aAt], b[bAt], partial);
            aAt += aColStride;
            bAt += bRowStride;
          }
          c[cAt] = accumulate || k > 0 ? c[cAt] + partial : partial;
        }
      }
    }
  }

  private static void pack(
      int depth, int width, float[] b, int from, int rowStride, int colStride, float[] packed) {
    for (int x = 0; x < width; x++) {
      int at = from + x * colStride;
      for (int k = 0; k < depth; k++) {
        packed[k * width + x] = b[at];
        at += rowStride;
      }
    }
  }

  /** partial = a B for one row a and a block of B with contiguous rows. */
  private static void row(
      int depth,
      int width,
      float[] a,
      int aFrom,
      int aStride,
      float[] b,
      int bFrom,
      int bStride,
      float[] partial) {
    Arrays.fill(partial, 0, width, 0);
    int k = 0;
    for (; k < depth - 3; k += 4) {
      int aAt = aFrom + k * aStride;
      float a0 = a[aAt];
      float a1 = a[aAt + aStride];
      float a2 = a[aAt + 2 * aStride];
      float a3 = a[aAt + 3 * aStride];
      int b0 = bFrom + k * bStride;
      int b1 = b0 + bStride;
      int b2 = b1 + bStride;
      int b3 = b2 + bStride;
      for (int x = 0; x < width; x++) {
        float s = multiplyAdd(a0, b[b0 + x], partial[x]);
        s = multiplyAdd(a1, b[b1 + x], s);
        s = multiplyAdd(a2, b[b2 + x], s);
        partial[x] = multiplyAdd(a3, b[b3 + x], s);
      }
    }
    for (; k < depth; k++) {
      float a0 = a[aFrom + k * aStride];
      int b0 = bFrom + k * bStride;
      for (int x = 0; x < width; x++) {
        partial[x] = multiplyAdd(a0, b[b0 + x], partial[x]);
      }
    }
  }

  private static float multiplyAdd(float a, float b, float sum) {
    return FusedMultiplyAdd.FAST ? Math.fma(a, b, sum) : a * b + sum;
  }
}
