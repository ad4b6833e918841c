package dev.clgrad.backend.cpu;

import static dev.clgrad.backend.Lanes.GEMM_INNER_BLOCK;

/**
 * The matrix product element by element, eight elements side by side: for products too small or too
 * thin to be worth copying their operands. A single chain of multiply-adds would wait for each
 * result.
 */
public final class PlainDots {
  private static final int SIDE_BY_SIDE = 8;

  private PlainDots() {}

  /** Computes the product. */
  public static void run(FloatProduct p) {
    if (p.inner() == 0) {
      clear(p);
      return;
    }
    FloatProduct q = p.cols() < SIDE_BY_SIDE && p.rows() > p.cols() ? p.transposed() : p;
    for (int i = 0; i < q.rows(); i++) {
      int j = 0;
      for (; j <= q.cols() - SIDE_BY_SIDE; j += SIDE_BY_SIDE) {
        eight(q, i, j);
      }
      for (; j < q.cols(); j++) {
        one(q, i, j);
      }
    }
  }

  private static void clear(FloatProduct p) {
    if (!p.accumulate()) {
      for (int i = 0; i < p.rows(); i++) {
        for (int j = 0; j < p.cols(); j++) {
          p.c()[p.cOffset() + i * p.cRow() + j * p.cCol()] = 0;
        }
      }
    }
  }

  private static void eight(FloatProduct p, int i, int j) {
    float[] a = p.a();
    float[] b = p.b();
    int aCol = p.aCol();
    int bRow = p.bRow();
    int bCol = p.bCol();
    int x = p.aOffset() + i * p.aRow();
    int y = p.bOffset() + j * bCol;
    for (int k = 0; k < p.inner(); k += GEMM_INNER_BLOCK) {
      int depth = Math.min(GEMM_INNER_BLOCK, p.inner() - k);
      float s0 = 0;
      float s1 = 0;
      float s2 = 0;
      float s3 = 0;
      float s4 = 0;
      float s5 = 0;
      float s6 = 0;
      float s7 = 0;
      for (int l = 0; l < depth; l++) {
        float f = a[x];
        s0 = multiplyAdd(f, b[y], s0);
        s1 = multiplyAdd(f, b[y + bCol], s1);
        s2 = multiplyAdd(f, b[y + 2 * bCol], s2);
        s3 = multiplyAdd(f, b[y + 3 * bCol], s3);
        s4 = multiplyAdd(f, b[y + 4 * bCol], s4);
        s5 = multiplyAdd(f, b[y + 5 * bCol], s5);
        s6 = multiplyAdd(f, b[y + 6 * bCol], s6);
        s7 = multiplyAdd(f, b[y + 7 * bCol], s7);
        x += aCol;
        y += bRow;
      }
      boolean add = p.accumulate() || k > 0;
      put(p, i, j, s0, add);
      put(p, i, j + 1, s1, add);
      put(p, i, j + 2, s2, add);
      put(p, i, j + 3, s3, add);
      put(p, i, j + 4, s4, add);
      put(p, i, j + 5, s5, add);
      put(p, i, j + 6, s6, add);
      put(p, i, j + 7, s7, add);
    }
  }

  private static void one(FloatProduct p, int i, int j) {
    int x = p.aOffset() + i * p.aRow();
    int y = p.bOffset() + j * p.bCol();
    int k = 0;
    for (; k <= p.inner() - SIDE_BY_SIDE * GEMM_INNER_BLOCK; k += SIDE_BY_SIDE * GEMM_INNER_BLOCK) {
      eightBlocks(p, i, j, x + k * p.aCol(), y + k * p.bRow(), p.accumulate() || k > 0);
    }
    for (; k < p.inner(); k += GEMM_INNER_BLOCK) {
      float sum = 0;
      for (int l = k; l < Math.min(k + GEMM_INNER_BLOCK, p.inner()); l++) {
        sum = multiplyAdd(p.a()[x + l * p.aCol()], p.b()[y + l * p.bRow()], sum);
      }
      put(p, i, j, sum, p.accumulate() || k > 0);
    }
  }

  /** Eight blocks of the inner index for one element. */
  private static void eightBlocks(FloatProduct p, int i, int j, int aFrom, int bFrom, boolean add) {
    float[] a = p.a();
    float[] b = p.b();
    int aCol = p.aCol();
    int bRow = p.bRow();
    int x = aFrom;
    int y = bFrom;
    int across = GEMM_INNER_BLOCK * aCol;
    int down = GEMM_INNER_BLOCK * bRow;
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    for (int l = 0; l < GEMM_INNER_BLOCK; l++) {
      s0 = multiplyAdd(a[x], b[y], s0);
      s1 = multiplyAdd(a[x + across], b[y + down], s1);
      s2 = multiplyAdd(a[x + 2 * across], b[y + 2 * down], s2);
      s3 = multiplyAdd(a[x + 3 * across], b[y + 3 * down], s3);
      s4 = multiplyAdd(a[x + 4 * across], b[y + 4 * down], s4);
      s5 = multiplyAdd(a[x + 5 * across], b[y + 5 * down], s5);
      s6 = multiplyAdd(a[x + 6 * across], b[y + 6 * down], s6);
      s7 = multiplyAdd(a[x + 7 * across], b[y + 7 * down], s7);
      x += aCol;
      y += bRow;
    }
    put(p, i, j, s0, add);
    put(p, i, j, s1, true);
    put(p, i, j, s2, true);
    put(p, i, j, s3, true);
    put(p, i, j, s4, true);
    put(p, i, j, s5, true);
    put(p, i, j, s6, true);
    put(p, i, j, s7, true);
  }

  private static void put(FloatProduct p, int i, int j, float sum, boolean add) {
    int at = p.cOffset() + i * p.cRow() + j * p.cCol();
    p.c()[at] = add ? p.c()[at] + sum : sum;
  }

  private static float multiplyAdd(float a, float b, float sum) {
    return FusedMultiplyAdd.FAST ? Math.fma(a, b, sum) : a * b + sum;
  }
}
