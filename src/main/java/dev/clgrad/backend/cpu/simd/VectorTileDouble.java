package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.Lanes.GEMM_INNER_BLOCK;

import dev.clgrad.backend.cpu.FusedMultiplyAdd;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of the matrix product of doubles. A tile is computed whole, in registers,
 * with no branch. One that is to be added to C, or that lies at its edge, goes to an array first
 * and from there to C.
 */
final class VectorTileDouble {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int VECTOR = D.length();

  /** Columns of a tile: two vectors. */
  static final int COLS = 2 * VECTOR;

  /**
   * Rows of a tile: 16 accumulators need the 32 registers that come with 512 bits. With 16
   * registers 12 accumulators would fit, but the JIT compiler moves all loads of a step to its
   * start, and accumulators that it then has no registers for halve the speed. So does a loop over
   * two steps.
   */
  static final int ROWS = D.vectorBitSize() >= 512 ? 8 : 4;

  /**
   * How far apart the rows of A are: a constant, so that one index serves all of them, and no
   * multiple of what would put them into the same lines of a cache.
   */
  static final int PITCH = GEMM_INNER_BLOCK + 16;

  private VectorTileDouble() {}

  /**
   * Computes a tile.
   *
   * @param depth the number of steps, at most {@link dev.clgrad.backend.Lanes#GEMM_INNER_BLOCK}
   * @param a its rows, {@link #PITCH} apart
   * @param b its columns, {@link #COLS} at each step
   * @param to where the tile's first row goes in {@code c}, and the others a stride apart each
   */
  static void multiply(
      int depth, double[] a, int aFrom, double[] b, int bFrom, double[] c, int to, int stride) {
    if (ROWS == 8) {
      eight(depth, a, aFrom, b, bFrom, c, to, stride);
    } else {
      four(depth, a, aFrom, b, bFrom, c, to, stride);
    }
  }

  /** Puts the part of a tile that lies inside C there, or adds it. */
  static void store(
      int rows, int cols, double[] tile, double[] c, int at, int stride, boolean add) {
    if (add && cols == COLS) {
      addWhole(rows, tile, c, at, stride);
    } else {
      storePart(rows, cols, tile, c, at, stride, add);
    }
  }

  private static void addWhole(int rows, double[] tile, double[] c, int at, int stride) {
    for (int i = 0; i < rows; i++) {
      int to = at + i * stride;
      DoubleVector t0 = DoubleVector.fromArray(D, tile, i * COLS);
      DoubleVector t1 = DoubleVector.fromArray(D, tile, i * COLS + VECTOR);
      DoubleVector.fromArray(D, c, to).add(t0).intoArray(c, to);
      DoubleVector.fromArray(D, c, to + VECTOR).add(t1).intoArray(c, to + VECTOR);
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

  private static void eight(
      int depth, double[] a, int aFrom, double[] b, int bFrom, double[] c, int to, int stride) {
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
    for (int x = 0; x < depth; x++) {
      DoubleVector b0 = DoubleVector.fromArray(D, b, bFrom + x * COLS);
      DoubleVector b1 = DoubleVector.fromArray(D, b, bFrom + x * COLS + VECTOR);
      DoubleVector a0 = DoubleVector.broadcast(D, a[aFrom + x]);
      c00 = multiplyAdd(a0, b0, c00);
      c01 = multiplyAdd(a0, b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(D, a[aFrom + x + PITCH]);
      c10 = multiplyAdd(a1, b0, c10);
      c11 = multiplyAdd(a1, b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(D, a[aFrom + x + 2 * PITCH]);
      c20 = multiplyAdd(a2, b0, c20);
      c21 = multiplyAdd(a2, b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(D, a[aFrom + x + 3 * PITCH]);
      c30 = multiplyAdd(a3, b0, c30);
      c31 = multiplyAdd(a3, b1, c31);
      DoubleVector a4 = DoubleVector.broadcast(D, a[aFrom + x + 4 * PITCH]);
      c40 = multiplyAdd(a4, b0, c40);
      c41 = multiplyAdd(a4, b1, c41);
      DoubleVector a5 = DoubleVector.broadcast(D, a[aFrom + x + 5 * PITCH]);
      c50 = multiplyAdd(a5, b0, c50);
      c51 = multiplyAdd(a5, b1, c51);
      DoubleVector a6 = DoubleVector.broadcast(D, a[aFrom + x + 6 * PITCH]);
      c60 = multiplyAdd(a6, b0, c60);
      c61 = multiplyAdd(a6, b1, c61);
      DoubleVector a7 = DoubleVector.broadcast(D, a[aFrom + x + 7 * PITCH]);
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
      int depth, double[] a, int aFrom, double[] b, int bFrom, double[] c, int to, int stride) {
    DoubleVector c00 = DoubleVector.zero(D);
    DoubleVector c01 = DoubleVector.zero(D);
    DoubleVector c10 = DoubleVector.zero(D);
    DoubleVector c11 = DoubleVector.zero(D);
    DoubleVector c20 = DoubleVector.zero(D);
    DoubleVector c21 = DoubleVector.zero(D);
    DoubleVector c30 = DoubleVector.zero(D);
    DoubleVector c31 = DoubleVector.zero(D);
    for (int x = 0; x < depth; x++) {
      DoubleVector b0 = DoubleVector.fromArray(D, b, bFrom + x * COLS);
      DoubleVector b1 = DoubleVector.fromArray(D, b, bFrom + x * COLS + VECTOR);
      DoubleVector a0 = DoubleVector.broadcast(D, a[aFrom + x]);
      c00 = multiplyAdd(a0, b0, c00);
      c01 = multiplyAdd(a0, b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(D, a[aFrom + x + PITCH]);
      c10 = multiplyAdd(a1, b0, c10);
      c11 = multiplyAdd(a1, b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(D, a[aFrom + x + 2 * PITCH]);
      c20 = multiplyAdd(a2, b0, c20);
      c21 = multiplyAdd(a2, b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(D, a[aFrom + x + 3 * PITCH]);
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
