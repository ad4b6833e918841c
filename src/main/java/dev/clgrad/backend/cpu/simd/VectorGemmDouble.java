package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.Lanes.GEMM_INNER_BLOCK;

import dev.clgrad.backend.cpu.FusedMultiplyAdd;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrix product of doubles on vectors. Blocks of A and B are copied into panels in the order
 * in which they are read, padded with zeros, and every tile of the product is computed whole, in
 * registers, with no branch: a tile at the edge differs only in how much of it is then added to C.
 */
final class VectorGemmDouble {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int VECTOR = D.length();

  /** Columns of a tile: two vectors. */
  private static final int COLS = 2 * VECTOR;

  /** Rows of a tile: 16 accumulators need the 32 registers that come with 512 bits. */
  private static final int ROWS = D.vectorBitSize() >= 512 ? 8 : 4;

  /** Rows of A and columns of B that are packed at a time, for the second-level cache. */
  private static final int ROW_BLOCK = 128;

  private static final int COL_BLOCK = 512;

  private static final ThreadLocal<Panels> PANELS = ThreadLocal.withInitial(Panels::new);

  private VectorGemmDouble() {}

  /** A thread's working memory, kept from call to call. */
  private static final class Panels {
    final double[] tile = new double[ROWS * COLS];
    double[] a = new double[0];
    double[] b = new double[0];

    void ensure(int rows, int cols, int depth) {
      int aLength = Math.min(ROW_BLOCK, roundUp(rows, ROWS)) * depth;
      int bLength = Math.min(COL_BLOCK, roundUp(cols, COLS)) * depth;
      a = a.length < aLength ? new double[aLength] : a;
      b = b.length < bLength ? new double[bLength] : b;
    }
  }

  static void run(
      int rows,
      int cols,
      int inner,
      double[] a,
      int aOffset,
      int aRowStride,
      int aColStride,
      double[] b,
      int bOffset,
      int bRowStride,
      int bColStride,
      double[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate) {
    Panels panels = PANELS.get();
    panels.ensure(rows, cols, Math.min(inner, GEMM_INNER_BLOCK));
    for (int j = 0; j < cols; j += COL_BLOCK) {
      int w = Math.min(COL_BLOCK, cols - j);
      for (int k = 0; k < inner; k += GEMM_INNER_BLOCK) {
        int d = Math.min(GEMM_INNER_BLOCK, inner - k);
        int bAt = bOffset + k * bRowStride + j * bColStride;
        packAll(w, COLS, d, b, bAt, bColStride, bRowStride, panels.b);
        boolean add = accumulate || k > 0;
        for (int i = 0; i < rows; i += ROW_BLOCK) {
          int h = Math.min(ROW_BLOCK, rows - i);
          int aAt = aOffset + i * aRowStride + k * aColStride;
          packAll(h, ROWS, d, a, aAt, aRowStride, aColStride, panels.a);
          block(h, w, d, panels, c, cOffset + i * cRowStride + j, cRowStride, add);
        }
      }
    }
  }

  private static int roundUp(int n, int multiple) {
    return (n + multiple - 1) / multiple * multiple;
  }

  /**
   * Copies a block into panels of {@code width} lines each: the elements of the panel's lines at
   * step 0, then at step 1, and so on. A line is a row of A or a column of B.
   */
  private static void packAll(
      int lines,
      int width,
      int depth,
      double[] from,
      int offset,
      int lineStride,
      int stepStride,
      double[] panels) {
    int to = 0;
    for (int line = 0; line < lines; line += width) {
      int count = Math.min(width, lines - line);
      int at = offset + line * lineStride;
      if (count == width && lineStride == 1) {
        packVectors(width, depth, from, at, stepStride, panels, to);
      } else {
        packLines(count, width, depth, from, at, lineStride, stepStride, panels, to);
      }
      to += width * depth;
    }
  }

  private static void packVectors(
      int width, int depth, double[] from, int at, int stepStride, double[] panels, int to) {
    for (int k = 0; k < depth; k++) {
      System.arraycopy(from, at + k * stepStride, panels, to + k * width, width);
    }
  }

  private static void packLines(
      int count,
      int width,
      int depth,
      double[] from,
      int at,
      int lineStride,
      int stepStride,
      double[] panels,
      int to) {
    for (int line = 0; line < width; line++) {
      if (line < count) {
        int x = at + line * lineStride;
        for (int k = 0; k < depth; k++) {
          panels[to + k * width + line] = from[x + k * stepStride];
        }
      } else {
        for (int k = 0; k < depth; k++) {
          panels[to + k * width + line] = 0;
        }
      }
    }
  }

  /** Adds the product of the packed blocks to C, or puts it there. */
  private static void block(
      int rows,
      int cols,
      int depth,
      Panels panels,
      double[] c,
      int cOffset,
      int cStride,
      boolean add) {
    double[] tile = panels.tile;
    for (int j = 0; j < cols; j += COLS) {
      int w = Math.min(COLS, cols - j);
      for (int i = 0; i < rows; i += ROWS) {
        int h = Math.min(ROWS, rows - i);
        if (ROWS == 8) {
          tile8(depth, panels.a, i * depth, panels.b, j * depth, tile);
        } else {
          tile4(depth, panels.a, i * depth, panels.b, j * depth, tile);
        }
        int at = cOffset + i * cStride + j;
        if (w == COLS) {
          storeWhole(h, tile, c, at, cStride, add);
        } else {
          storePart(h, w, tile, c, at, cStride, add);
        }
      }
    }
  }

  private static void storeWhole(
      int rows, double[] tile, double[] c, int at, int stride, boolean add) {
    for (int i = 0; i < rows; i++) {
      DoubleVector t0 = DoubleVector.fromArray(D, tile, i * COLS);
      DoubleVector t1 = DoubleVector.fromArray(D, tile, i * COLS + VECTOR);
      int to = at + i * stride;
      if (add) {
        t0 = DoubleVector.fromArray(D, c, to).add(t0);
        t1 = DoubleVector.fromArray(D, c, to + VECTOR).add(t1);
      }
      t0.intoArray(c, to);
      t1.intoArray(c, to + VECTOR);
    }
  }

  private static void storePart(
      int rows, int cols, double[] tile, double[] c, int at, int stride, boolean add) {
    for (int i = 0; i < rows; i++) {
      int to = at + i * stride;
      int from = i * COLS;
      if (add) {
        for (int j = 0; j < cols; j++) {
          c[to + j] += tile[from + j];
        }
      } else {
        System.arraycopy(tile, from, c, to, cols);
      }
    }
  }

  private static DoubleVector multiplyAdd(DoubleVector a, DoubleVector b, DoubleVector sum) {
    return FusedMultiplyAdd.FAST ? a.fma(b, sum) : a.mul(b).add(sum);
  }

  private static void tile8(
      int depth, double[] a, int aFrom, double[] b, int bFrom, double[] tile) {
    DoubleVector c00 = DoubleVector.zero(D);
    DoubleVector c01 = DoubleVector.zero(D);
    DoubleVector c10 = DoubleVector.zero(D);
    DoubleVector c11 = DoubleVector.zero(D);
    DoubleVector c20 = DoubleVector.zero(D);
    DoubleVector c21 = DoubleVector.zero(D);
    DoubleVector c30 = DoubleVector.zero(D);
    DoubleVector c31 = DoubleVector.zero(D);
    DoubleVector c40 = DoubleVector.zero(D);
    DoubleVector c41 = DoubleVector.zero(D);
    DoubleVector c50 = DoubleVector.zero(D);
    DoubleVector c51 = DoubleVector.zero(D);
    DoubleVector c60 = DoubleVector.zero(D);
    DoubleVector c61 = DoubleVector.zero(D);
    DoubleVector c70 = DoubleVector.zero(D);
    DoubleVector c71 = DoubleVector.zero(D);
    for (int k = 0; k < depth; k++) {
      DoubleVector b0 = DoubleVector.fromArray(D, b, bFrom + k * COLS);
      DoubleVector b1 = DoubleVector.fromArray(D, b, bFrom + k * COLS + VECTOR);
      DoubleVector a0 = DoubleVector.broadcast(D, a[aFrom + k * 8]);
      c00 = multiplyAdd(a0, b0, c00);
      c01 = multiplyAdd(a0, b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(D, a[aFrom + k * 8 + 1]);
      c10 = multiplyAdd(a1, b0, c10);
      c11 = multiplyAdd(a1, b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(D, a[aFrom + k * 8 + 2]);
      c20 = multiplyAdd(a2, b0, c20);
      c21 = multiplyAdd(a2, b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(D, a[aFrom + k * 8 + 3]);
      c30 = multiplyAdd(a3, b0, c30);
      c31 = multiplyAdd(a3, b1, c31);
      DoubleVector a4 = DoubleVector.broadcast(D, a[aFrom + k * 8 + 4]);
      c40 = multiplyAdd(a4, b0, c40);
      c41 = multiplyAdd(a4, b1, c41);
      DoubleVector a5 = DoubleVector.broadcast(D, a[aFrom + k * 8 + 5]);
      c50 = multiplyAdd(a5, b0, c50);
      c51 = multiplyAdd(a5, b1, c51);
      DoubleVector a6 = DoubleVector.broadcast(D, a[aFrom + k * 8 + 6]);
      c60 = multiplyAdd(a6, b0, c60);
      c61 = multiplyAdd(a6, b1, c61);
      DoubleVector a7 = DoubleVector.broadcast(D, a[aFrom + k * 8 + 7]);
      c70 = multiplyAdd(a7, b0, c70);
      c71 = multiplyAdd(a7, b1, c71);
    }
    c00.intoArray(tile, 0);
    c01.intoArray(tile, VECTOR);
    c10.intoArray(tile, COLS);
    c11.intoArray(tile, COLS + VECTOR);
    c20.intoArray(tile, 2 * COLS);
    c21.intoArray(tile, 2 * COLS + VECTOR);
    c30.intoArray(tile, 3 * COLS);
    c31.intoArray(tile, 3 * COLS + VECTOR);
    c40.intoArray(tile, 4 * COLS);
    c41.intoArray(tile, 4 * COLS + VECTOR);
    c50.intoArray(tile, 5 * COLS);
    c51.intoArray(tile, 5 * COLS + VECTOR);
    c60.intoArray(tile, 6 * COLS);
    c61.intoArray(tile, 6 * COLS + VECTOR);
    c70.intoArray(tile, 7 * COLS);
    c71.intoArray(tile, 7 * COLS + VECTOR);
  }

  private static void tile4(
      int depth, double[] a, int aFrom, double[] b, int bFrom, double[] tile) {
    DoubleVector c00 = DoubleVector.zero(D);
    DoubleVector c01 = DoubleVector.zero(D);
    DoubleVector c10 = DoubleVector.zero(D);
    DoubleVector c11 = DoubleVector.zero(D);
    DoubleVector c20 = DoubleVector.zero(D);
    DoubleVector c21 = DoubleVector.zero(D);
    DoubleVector c30 = DoubleVector.zero(D);
    DoubleVector c31 = DoubleVector.zero(D);
    for (int k = 0; k < depth; k++) {
      DoubleVector b0 = DoubleVector.fromArray(D, b, bFrom + k * COLS);
      DoubleVector b1 = DoubleVector.fromArray(D, b, bFrom + k * COLS + VECTOR);
      DoubleVector a0 = DoubleVector.broadcast(D, a[aFrom + k * 4]);
      c00 = multiplyAdd(a0, b0, c00);
      c01 = multiplyAdd(a0, b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(D, a[aFrom + k * 4 + 1]);
      c10 = multiplyAdd(a1, b0, c10);
      c11 = multiplyAdd(a1, b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(D, a[aFrom + k * 4 + 2]);
      c20 = multiplyAdd(a2, b0, c20);
      c21 = multiplyAdd(a2, b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(D, a[aFrom + k * 4 + 3]);
      c30 = multiplyAdd(a3, b0, c30);
      c31 = multiplyAdd(a3, b1, c31);
    }
    c00.intoArray(tile, 0);
    c01.intoArray(tile, VECTOR);
    c10.intoArray(tile, COLS);
    c11.intoArray(tile, COLS + VECTOR);
    c20.intoArray(tile, 2 * COLS);
    c21.intoArray(tile, 2 * COLS + VECTOR);
    c30.intoArray(tile, 3 * COLS);
    c31.intoArray(tile, 3 * COLS + VECTOR);
  }
}
