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
    float[] a = p.a();
    float[] b = p.b();
    int aCol = p.aCol();
    int bRow = p.bRow();
    int x = p.aOffset() + i * p.aRow();
    int y = p.bOffset() + j * p.bCol();
    for (int k = 0; k < p.inner(); k += GEMM_INNER_BLOCK) {
      int depth = Math.min(GEMM_INNER_BLOCK, p.inner() - k);
      float sum = 0;
      for (int l = 0; l < depth; l++) {
        sum = multiplyAdd(a[x], b[y], sum);
        x += aCol;
        y += bRow;
      }
      put(p, i, j, sum, p.accumulate() || k > 0);
    }
  }

  private static void put(FloatProduct p, int i, int j, float sum, boolean add) {
    int at = p.cOffset() + i * p.cRow() + j * p.cCol();
    p.c()[at] = add ? p.c()[at] + sum : sum;
  }

  private static float multiplyAdd(float a, float b, float sum) {
    return FusedMultiplyAdd.FAST ? Math.fma(a, b, sum) : a * b + sum;
  }
}
