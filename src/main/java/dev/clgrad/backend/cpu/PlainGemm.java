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

  /** A thread's copy of a block of B, an array a row, kept from call to call. */
  private static final ThreadLocal<float[][]> PACKED =
      ThreadLocal.withInitial(() -> new float[GEMM_INNER_BLOCK][0]);

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
    float[][] packed = PACKED.get();
    float[] partial = new float[Math.min(cols, COLS)];
    for (int j = 0; j < cols; j += COLS) {
      int w = Math.min(COLS, cols - j);
      for (int k = 0; k < inner; k += GEMM_INNER_BLOCK) {
        int d = Math.min(GEMM_INNER_BLOCK, inner - k);
        pack(d, w, b, bOffset + k * bRowStride + j * bColStride, bRowStride, bColStride, packed);
        boolean add = accumulate || k > 0;
        for (int i = 0; i < rows; i++) {
          row(d, w, a, aOffset + i * aRowStride + k * aColStride, aColStride, packed, partial);
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
      int depth, int width, float[] b, int from, int rowStride, int colStride, float[][] packed) {
    for (int k = 0; k < depth; k++) {
      int at = from + k * rowStride;
      if (packed[k].length < width) {
        packed[k] = new float[width];
      }
      float[] row = packed[k];
      if (colStride == 1) {
        System.arraycopy(b, at, row, 0, width);
      } else {
        for (int x = 0; x < width; x++) {
          row[x] = b[at + x * colStride];
        }
      }
    }
  }

  /** partial = a B for one row a and a packed block of B. */
  private static void row(
      int depth, int width, float[] a, int aFrom, int aStride, float[][] b, float[] partial) {
    Arrays.fill(partial, 0, width, 0);
    int k = 0;
    int at = aFrom;
    for (; k < depth - 3; k += 4) {
      float a0 = a[at];
      float a1 = a[at + aStride];
      float a2 = a[at + 2 * aStride];
      float a3 = a[at + 3 * aStride];
      take(width, a0, a1, a2, a3, b[k], b[k + 1], b[k + 2], b[k + 3], partial);
      at += 4 * aStride;
    }
    for (; k < depth; k++) {
      take(width, a[at], b[k], partial);
      at += aStride;
    }
  }

  // The JIT compiler makes vector code of these two loops because every array is indexed by the
  // loop variable alone.

  private static void take(
      int width,
      float a0,
      float a1,
      float a2,
      float a3,
      float[] b0,
      float[] b1,
      float[] b2,
      float[] b3,
      float[] partial) {
    for (int x = 0; x < width; x++) {
      float s = multiplyAdd(a0, b0[x], partial[x]);
      s = multiplyAdd(a1, b1[x], s);
      s = multiplyAdd(a2, b2[x], s);
      partial[x] = multiplyAdd(a3, b3[x], s);
    }
  }

  private static void take(int width, float a0, float[] b0, float[] partial) {
    for (int x = 0; x < width; x++) {
      partial[x] = multiplyAdd(a0, b0[x], partial[x]);
    }
  }

  private static float multiplyAdd(float a, float b, float sum) {
    return FusedMultiplyAdd.FAST ? Math.fma(a, b, sum) : a * b + sum;
  }
}
