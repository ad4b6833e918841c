package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.Lanes.GEMM_INNER_BLOCK;

import dev.clgrad.backend.cpu.FusedMultiplyAdd;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of the matrix product. A tile is computed whole, in registers, with no
 * branch. One that is to be added to C, or that lies at its edge, goes to an array first and from
 * there to C.
 */
final class VectorTile {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int VECTOR = F.length();

  /** Columns of a tile: two vectors. */
  static final int COLS = 2 * VECTOR;

  /**
   * Rows of a tile: 16 accumulators need the 32 registers that come with 512 bits. With 16
   * registers 12 accumulators would fit, but the JIT compiler moves all loads of a step to its
   * start, and accumulators that it then has no registers for halve the speed. So does a loop over
   * two steps.
   */
  static final int ROWS = F.vectorBitSize() >= 512 ? 8 : 4;

  /**
   * How far apart the rows of A are: a constant, so that one index serves all of them, and no
   * multiple of what would put them into the same lines of a cache.
   */
  static final int PITCH = GEMM_INNER_BLOCK + 16;

  private VectorTile() {}

  /**
   * Computes a tile.
   *
   * @param depth the number of steps, at most {@link dev.clgrad.backend.Lanes#GEMM_INNER_BLOCK}
   * @param a its rows, {@link #PITCH} apart
   * @param b its columns, {@link #COLS} at each step
   * @param to where the tile's first row goes in {@code c}, and the others a stride apart each
   */
  static void multiply(
      int depth, float[] a, int aFrom, float[] b, int bFrom, float[] c, int to, int stride) {
    if (ROWS == 8) {
      eight(depth, a, aFrom, b, bFrom, c, to, stride);
    } else {
      four(depth, a, aFrom, b, bFrom, c, to, stride);
    }
  }

  /** Puts the part of a tile that lies inside C there, or adds it. */
  static void store(int rows, int cols, float[] tile, float[] c, int at, int stride, boolean add) {
    if (add && cols == COLS) {
      addWhole(rows, tile, c, at, stride);
    } else {
      storePart(rows, cols, tile, c, at, stride, add);
    }
  }

  private static void addWhole(int rows, float[] tile, float[] c, int at, int stride) {
    for (int i = 0; i < rows; i++) {
      int to = at + i * stride;
      FloatVector t0 = FloatVector.fromArray(F, tile, i * COLS);
      FloatVector t1 = FloatVector.fromArray(F, tile, i * COLS + VECTOR);
      FloatVector.fromArray(F, c, to).add(t0).intoArray(c, to);
      FloatVector.fromArray(F, c, to + VECTOR).add(t1).intoArray(c, to + VECTOR);
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

  private static void eight(
      int depth, float[] a, int aFrom, float[] b, int bFrom, float[] c, int to, int stride) {
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
    for (int x = 0; x < depth; x++) {
      FloatVector b0 = FloatVector.fromArray(F, b, bFrom + x * COLS);
      FloatVector b1 = FloatVector.fromArray(F, b, bFrom + x * COLS + VECTOR);
      FloatVector a0 = FloatVector.broadcast(F, a[aFrom + x]);
      c00 = multiplyAdd(a0, b0, c00);
      c01 = multiplyAdd(a0, b1, c01);
      FloatVector a1 = FloatVector.broadcast(F, a[aFrom + x + PITCH]);
      c10 = multiplyAdd(a1, b0, c10);
      c11 = multiplyAdd(a1, b1, c11);
      FloatVector a2 = FloatVector.broadcast(F, a[aFrom + x + 2 * PITCH]);
      c20 = multiplyAdd(a2, b0, c20);
      c21 = multiplyAdd(a2, b1, c21);
      FloatVector a3 = FloatVector.broadcast(F, a[aFrom + x + 3 * PITCH]);
      c30 = multiplyAdd(a3, b0, c30);
      c31 = multiplyAdd(a3, b1, c31);
      FloatVector a4 = FloatVector.broadcast(F, a[aFrom + x + 4 * PITCH]);
      c40 = multiplyAdd(a4, b0, c40);
      c41 = multiplyAdd(a4, b1, c41);
      FloatVector a5 = FloatVector.broadcast(F, a[aFrom + x + 5 * PITCH]);
      c50 = multiplyAdd(a5, b0, c50);
      c51 = multiplyAdd(a5, b1, c51);
      FloatVector a6 = FloatVector.broadcast(F, a[aFrom + x + 6 * PITCH]);
      c60 = multiplyAdd(a6, b0, c60);
      c61 = multiplyAdd(a6, b1, c61);
      FloatVector a7 = FloatVector.broadcast(F, a[aFrom + x + 7 * PITCH]);
      c70 = multiplyAdd(a7, b0, c70);
      c71 = multiplyAdd(a7, b1, c71);
    }
    c00.intoArray(c, to);
    c01.intoArray(c, to + VECTOR);
    c10.intoArray(c, to + stride);
    c11.intoArray(c, to + stride + VECTOR);
    c20.intoArray(c, to + 2 * stride);
    c21.intoArray(c, to + 2 * stride + VECTOR);
    c30.intoArray(c, to + 3 * stride);
    c31.intoArray(c, to + 3 * stride + VECTOR);
    c40.intoArray(c, to + 4 * stride);
    c41.intoArray(c, to + 4 * stride + VECTOR);
    c50.intoArray(c, to + 5 * stride);
    c51.intoArray(c, to + 5 * stride + VECTOR);
    c60.intoArray(c, to + 6 * stride);
    c61.intoArray(c, to + 6 * stride + VECTOR);
    c70.intoArray(c, to + 7 * stride);
    c71.intoArray(c, to + 7 * stride + VECTOR);
  }

  private static void four(
      int depth, float[] a, int aFrom, float[] b, int bFrom, float[] c, int to, int stride) {
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    for (int x = 0; x < depth; x++) {
      FloatVector b0 = FloatVector.fromArray(F, b, bFrom + x * COLS);
      FloatVector b1 = FloatVector.fromArray(F, b, bFrom + x * COLS + VECTOR);
      FloatVector a0 = FloatVector.broadcast(F, a[aFrom + x]);
      c00 = multiplyAdd(a0, b0, c00);
      c01 = multiplyAdd(a0, b1, c01);
      FloatVector a1 = FloatVector.broadcast(F, a[aFrom + x + PITCH]);
      c10 = multiplyAdd(a1, b0, c10);
      c11 = multiplyAdd(a1, b1, c11);
      FloatVector a2 = FloatVector.broadcast(F, a[aFrom + x + 2 * PITCH]);
      c20 = multiplyAdd(a2, b0, c20);
      c21 = multiplyAdd(a2, b1, c21);
      FloatVector a3 = FloatVector.broadcast(F, a[aFrom + x + 3 * PITCH]);
      c30 = multiplyAdd(a3, b0, c30);
      c31 = multiplyAdd(a3, b1, c31);
    }
    c00.intoArray(c, to);
    c01.intoArray(c, to + VECTOR);
    c10.intoArray(c, to + stride);
    c11.intoArray(c, to + stride + VECTOR);
    c20.intoArray(c, to + 2 * stride);
    c21.intoArray(c, to + 2 * stride + VECTOR);
    c30.intoArray(c, to + 3 * stride);
    c31.intoArray(c, to + 3 * stride + VECTOR);
  }
}
