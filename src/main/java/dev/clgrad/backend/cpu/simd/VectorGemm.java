package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.Lanes.GEMM_INNER_BLOCK;

import dev.clgrad.backend.cpu.FusedMultiplyAdd;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrix product on vectors. Blocks of A and B are copied into panels in the order in which
 * they are read, padded with zeros, and every tile of the product is computed whole, in registers,
 * with no branch: a tile at the edge differs only in how much of it is then added to C.
 */
final class VectorGemm {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int VECTOR = F.length();

  /** Columns of a tile: two vectors. */
  private static final int COLS = 2 * VECTOR;

  /** Rows of a tile: 16 accumulators need the 32 registers that come with 512 bits. */
  private static final int ROWS = F.vectorBitSize() >= 512 ? 8 : 4;

  /** Rows of A and columns of B that are packed at a time, for the second-level cache. */
  private static final int ROW_BLOCK = 128;

  private static final int COL_BLOCK = 512;

  private static final ThreadLocal<Panels> PANELS = ThreadLocal.withInitial(Panels::new);

  private VectorGemm() {}

  /** A thread's working memory, kept from call to call. */
  private static final class Panels {
    final float[] tile = new float[ROWS * COLS];
    float[] a = new float[0];
    float[] b = new float[0];

    void ensure(int rows, int cols, int depth) {
      int aLength = Math.min(ROW_BLOCK, roundUp(rows, ROWS)) * depth;
      int bLength = Math.min(COL_BLOCK, roundUp(cols, COLS)) * depth;
      a = a.length < aLength ? new float[aLength] : a;
      b = b.length < bLength ? new float[bLength] : b;
    }
  }

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
      float[] from,
      int offset,
      int lineStride,
      int stepStride,
      float[] panels) {
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
      int width, int depth, float[] from, int at, int stepStride, float[] panels, int to) {
    for (int k = 0; k < depth; k++) {
      System.arraycopy(from, at + k * stepStride, panels, to + k * width, width);
    }
  }

  private static void packLines(
      int count,
      int width,
      int depth,
      float[] from,
      int at,
      int lineStride,
      int stepStride,
      float[] panels,
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
      float[] c,
      int cOffset,
      int cStride,
      boolean add) {
    float[] tile = panels.tile;
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
      int rows, float[] tile, float[] c, int at, int stride, boolean add) {
    for (int i = 0; i < rows; i++) {
      FloatVector t0 = FloatVector.fromArray(F, tile, i * COLS);
      FloatVector t1 = FloatVector.fromArray(F, tile, i * COLS + VECTOR);
      int to = at + i * stride;
      if (add) {
        t0 = FloatVector.fromArray(F, c, to).add(t0);
        t1 = FloatVector.fromArray(F, c, to + VECTOR).add(t1);
      }
      t0.intoArray(c, to);
      t1.intoArray(c, to + VECTOR);
    }
  }

  private static void storePart(
      int rows, int cols, float[] tile, float[] c, int at, int stride, boolean add) {
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

  private static FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector sum) {
    return FusedMultiplyAdd.FAST ? a.fma(b, sum) : a.mul(b).add(sum);
  }

  private static void tile8(int depth, float[] a, int aFrom, float[] b, int bFrom, float[] tile) {
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    FloatVector c40 = FloatVector.zero(F);
    FloatVector c41 = FloatVector.zero(F);
    FloatVector c50 = FloatVector.zero(F);
    FloatVector c51 = FloatVector.zero(F);
    FloatVector c60 = FloatVector.zero(F);
    FloatVector c61 = FloatVector.zero(F);
    FloatVector c70 = FloatVector.zero(F);
    FloatVector c71 = FloatVector.zero(F);
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(F, b, bFrom + k * COLS);
      FloatVector b1 = FloatVector.fromArray(F, b, bFrom + k * COLS + VECTOR);
      FloatVector a0 = FloatVector.broadcast(F, a[aFrom + k * 8]);
      c00 = multiplyAdd(a0, b0, c00);
      c01 = multiplyAdd(a0, b1, c01);
      FloatVector a1 = FloatVector.broadcast(F, a[aFrom + k * 8 + 1]);
      c10 = multiplyAdd(a1, b0, c10);
      c11 = multiplyAdd(a1, b1, c11);
      FloatVector a2 = FloatVector.broadcast(F, a[aFrom + k * 8 + 2]);
      c20 = multiplyAdd(a2, b0, c20);
      c21 = multiplyAdd(a2, b1, c21);
      FloatVector a3 = FloatVector.broadcast(F, a[aFrom + k * 8 + 3]);
      c30 = multiplyAdd(a3, b0, c30);
      c31 = multiplyAdd(a3, b1, c31);
      FloatVector a4 = FloatVector.broadcast(F, a[aFrom + k * 8 + 4]);
      c40 = multiplyAdd(a4, b0, c40);
      c41 = multiplyAdd(a4, b1, c41);
      FloatVector a5 = FloatVector.broadcast(F, a[aFrom + k * 8 + 5]);
      c50 = multiplyAdd(a5, b0, c50);
      c51 = multiplyAdd(a5, b1, c51);
      FloatVector a6 = FloatVector.broadcast(F, a[aFrom + k * 8 + 6]);
      c60 = multiplyAdd(a6, b0, c60);
      c61 = multiplyAdd(a6, b1, c61);
      FloatVector a7 = FloatVector.broadcast(F, a[aFrom + k * 8 + 7]);
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

  private static void tile4(int depth, float[] a, int aFrom, float[] b, int bFrom, float[] tile) {
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(F, b, bFrom + k * COLS);
      FloatVector b1 = FloatVector.fromArray(F, b, bFrom + k * COLS + VECTOR);
      FloatVector a0 = FloatVector.broadcast(F, a[aFrom + k * 4]);
      c00 = multiplyAdd(a0, b0, c00);
      c01 = multiplyAdd(a0, b1, c01);
      FloatVector a1 = FloatVector.broadcast(F, a[aFrom + k * 4 + 1]);
      c10 = multiplyAdd(a1, b0, c10);
      c11 = multiplyAdd(a1, b1, c11);
      FloatVector a2 = FloatVector.broadcast(F, a[aFrom + k * 4 + 2]);
      c20 = multiplyAdd(a2, b0, c20);
      c21 = multiplyAdd(a2, b1, c21);
      FloatVector a3 = FloatVector.broadcast(F, a[aFrom + k * 4 + 3]);
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
