package dev.clgrad.backend.cpu;

import static dev.clgrad.backend.Lanes.GEMM_INNER_BLOCK;

import dev.clgrad.backend.ParallelLoop;
import java.util.Arrays;

/**
 * The matrix product in plain Java: a row of the product at a time, taking in four rows of B per
 * pass, which the JIT compiler turns into vector code.
 */
final class PlainGemm {
  /** Products with fewer multiplications are not worth the set-up of a blocked algorithm. */
  private static final long TINY = 4096;

  /** So few rows are not worth turning B round. */
  private static final int FEW = 3;

  /** So few columns make short vector loops; then rows had better be the columns. */
  private static final int NARROW = 64;

  /** Columns that are turned round at a time, so that all of their cache lines stay. */
  private static final int TURN = 16;

  /** Columns per pass: a block of B of this width stays in a core's cache. */
  private static final int COLS = 512;

  /** A thread's copy of a block of B, an array a row, kept from call to call. */
  private static final ThreadLocal<float[][]> PACKED =
      ThreadLocal.withInitial(() -> new float[GEMM_INNER_BLOCK][0]);

  private PlainGemm() {}

  /** Computes the product. */
  static void run(FloatProduct p) {
    if (p.work() <= TINY || dots(p) || dots(p.transposed())) {
      PlainDots.run(p);
    } else if (p.cols() < NARROW && p.rows() > p.cols()) {
      byRows(p.transposed());
    } else {
      byRows(p);
    }
  }

  private static boolean dots(FloatProduct p) {
    return p.rows() <= FEW && p.bCol() != 1;
  }

  private static void byRows(FloatProduct p) {
    float[] c = p.c();
    float[][] packed = PACKED.get();
    float[] partial = new float[Math.min(p.cols(), COLS)];
    for (int j = 0; j < p.cols(); j += COLS) {
      int w = Math.min(COLS, p.cols() - j);
      for (int k = 0; k < p.inner(); k += GEMM_INNER_BLOCK) {
        int d = Math.min(GEMM_INNER_BLOCK, p.inner() - k);
        int from = p.bOffset() + k * p.bRow() + j * p.bCol();
        pack(d, w, p.b(), from, p.bRow(), p.bCol(), packed);
        boolean add = p.accumulate() || k > 0;
        for (int i = 0; i < p.rows(); i++) {
          int aAt = p.aOffset() + i * p.aRow() + k * p.aCol();
          row(d, w, p.a(), aAt, p.aCol(), packed, partial);
          int cAt = p.cOffset() + i * p.cRow() + j * p.cCol();
          if (add || p.cCol() != 1) {
            for (int x = 0; x < w; x++) {
              c[cAt] = add ? c[cAt] + partial[x] : partial[x];
              cAt += p.cCol();
            }
          } else {
            System.arraycopy(partial, 0, c, cAt, w);
          }
        }
      }
    }
  }

  /** Computes the product in blocks, on these threads. */
  static void run(ParallelLoop threads, FloatProduct p) {
    p.inBlocks(threads, PlainGemm::run);
  }

  private static void pack(
      int depth, int width, float[] b, int from, int rowStride, int colStride, float[][] packed) {
    for (int k = 0; k < depth; k++) {
      if (packed[k].length < width) {
        packed[k] = new float[width];
      }
      if (colStride == 1) {
        System.arraycopy(b, from + k * rowStride, packed[k], 0, width);
      }
    }
    for (int left = 0; colStride != 1 && left < width; left += TURN) {
      int right = Math.min(width, left + TURN);
      for (int k = 0; k < depth; k++) {
        float[] row = packed[k];
        int at = from + k * rowStride;
        for (int x = left; x < right; x++) {
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
