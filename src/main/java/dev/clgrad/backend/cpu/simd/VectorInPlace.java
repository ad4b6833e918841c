package dev.clgrad.backend.cpu.simd;

import dev.clgrad.backend.cpu.FusedMultiplyAdd;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix products whose operands are read where they lie: tiles of 8 rows by two vectors or one, as
 * {@link VectorTile} has them, and of 4 by two where 16 columns are more than a vector. What is to
 * be added goes to an array first. All methods with many vectors are too large to be inlined into
 * each other, where the JIT compiler could not keep all of them in registers.
 */
final class VectorInPlace {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int VECTOR = F.length();

  /** As in {@link VectorTile}, whose comment says why. */
  private static final int ROWS = F.vectorBitSize() >= 512 ? 8 : 4;

  private static final ThreadLocal<float[]> TILE =
      ThreadLocal.withInitial(() -> new float[ROWS * 2 * VECTOR]);

  private VectorInPlace() {}

  /** Whether the vectors are such that 16 columns are whole vectors. */
  static boolean fits() {
    return VECTOR <= 16;
  }

  static void run(
      int rows,
      int cols,
      int inner,
      float[] a,
      int aFrom,
      int aRow,
      int aStep,
      float[] b,
      int bFrom,
      int bStep,
      float[] c,
      int to,
      int stride,
      boolean add,
      int count,
      int aMove,
      int bMove,
      int cMove) {
    float[] tile = TILE.get();
    for (int i = 0; i < count; i++) {
      run(
          rows,
          cols,
          inner,
          a,
          aFrom + i * aMove,
          aRow,
          aStep,
          b,
          bFrom + i * bMove,
          bStep,
          c,
          to + i * cMove,
          stride,
          add,
          tile);
    }
  }

  private static void run(
      int rows,
      int cols,
      int inner,
      float[] a,
      int aFrom,
      int aRow,
      int aStep,
      float[] b,
      int bFrom,
      int bStep,
      float[] c,
      int to,
      int stride,
      boolean add,
      float[] tile) {
    for (int j = 0; j < cols; ) {
      int w = cols - j >= 2 * VECTOR ? 2 * VECTOR : VECTOR;
      for (int i = 0; i < rows; ) {
        int h = rows >= ROWS ? ROWS : 1;
        // The last tile begins among rows that are computed already.
        int first = Math.min(i, rows - h);
        int x = aFrom + first * aRow;
        int at = to + first * stride + j;
        if (add) {
          tile(h, w, inner, a, x, aRow, aStep, b, bFrom + j, bStep, tile, 0, w);
          add(i - first, h, w, tile, c, at, stride);
        } else {
          tile(h, w, inner, a, x, aRow, aStep, b, bFrom + j, bStep, c, at, stride);
        }
        i = first + h;
      }
      j += w;
    }
  }

  private static void add(
      int first, int rows, int cols, float[] tile, float[] c, int at, int stride) {
    for (int i = first; i < rows; i++) {
      for (int j = 0; j < cols; j += VECTOR) {
        int to = at + i * stride + j;
        FloatVector part = FloatVector.fromArray(F, tile, i * cols + j);
        FloatVector.fromArray(F, c, to).add(part).intoArray(c, to);
      }
    }
  }

  private static void tile(
      int rows,
      int cols,
      int depth,
      float[] a,
      int aFrom,
      int aRow,
      int aStep,
      float[] b,
      int bFrom,
      int bStep,
      float[] c,
      int to,
      int stride) {
    if (rows == 8 && cols == 2 * VECTOR) {
      eightByTwo(depth, a, aFrom, aRow, aStep, b, bFrom, bStep, c, to, stride);
    } else if (rows == 8) {
      eightByOne(depth, a, aFrom, aRow, aStep, b, bFrom, bStep, c, to, stride);
    } else if (rows == 4) {
      fourByTwo(depth, a, aFrom, aRow, aStep, b, bFrom, bStep, c, to, stride);
    } else {
      for (int j = 0; j < cols; j += VECTOR) {
        one(depth, a, aFrom, aStep, b, bFrom + j, bStep, c, to + j);
      }
    }
  }

  private static FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector sum) {
    return FusedMultiplyAdd.FAST ? a.fma(b, sum) : a.mul(b).add(sum);
  }

  private static void one(
      int depth,
      float[] a,
      int aFrom,
      int aStep,
      float[] b,
      int bFrom,
      int bStep,
      float[] c,
      int to) {
    FloatVector sum = FloatVector.zero(F);
    for (int k = 0; k < depth; k++) {
      FloatVector x = FloatVector.broadcast(F, a[aFrom + k * aStep]);
      sum = multiplyAdd(x, FloatVector.fromArray(F, b, bFrom + k * bStep), sum);
    }
    sum.intoArray(c, to);
  }

  private static void eightByTwo(
      int depth,
      float[] a,
      int aFrom,
      int aRow,
      int aStep,
      float[] b,
      int bFrom,
      int bStep,
      float[] c,
      int to,
      int stride) {
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
    int a1From = aFrom + aRow;
    int a2From = a1From + aRow;
    int a3From = a2From + aRow;
    int a4From = a3From + aRow;
    int a5From = a4From + aRow;
    int a6From = a5From + aRow;
    int a7From = a6From + aRow;
    int x = 0;
    int y = bFrom;
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(F, b, y);
      FloatVector b1 = FloatVector.fromArray(F, b, y + VECTOR);
      FloatVector a0 = FloatVector.broadcast(F, a[aFrom + x]);
      c00 = multiplyAdd(a0, b0, c00);
      c01 = multiplyAdd(a0, b1, c01);
      FloatVector a1 = FloatVector.broadcast(F, a[a1From + x]);
      c10 = multiplyAdd(a1, b0, c10);
      c11 = multiplyAdd(a1, b1, c11);
      FloatVector a2 = FloatVector.broadcast(F, a[a2From + x]);
      c20 = multiplyAdd(a2, b0, c20);
      c21 = multiplyAdd(a2, b1, c21);
      FloatVector a3 = FloatVector.broadcast(F, a[a3From + x]);
      c30 = multiplyAdd(a3, b0, c30);
      c31 = multiplyAdd(a3, b1, c31);
      FloatVector a4 = FloatVector.broadcast(F, a[a4From + x]);
      c40 = multiplyAdd(a4, b0, c40);
      c41 = multiplyAdd(a4, b1, c41);
      FloatVector a5 = FloatVector.broadcast(F, a[a5From + x]);
      c50 = multiplyAdd(a5, b0, c50);
      c51 = multiplyAdd(a5, b1, c51);
      FloatVector a6 = FloatVector.broadcast(F, a[a6From + x]);
      c60 = multiplyAdd(a6, b0, c60);
      c61 = multiplyAdd(a6, b1, c61);
      FloatVector a7 = FloatVector.broadcast(F, a[a7From + x]);
      c70 = multiplyAdd(a7, b0, c70);
      c71 = multiplyAdd(a7, b1, c71);
      x += aStep;
      y += bStep;
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

  private static void eightByOne(
      int depth,
      float[] a,
      int aFrom,
      int aRow,
      int aStep,
      float[] b,
      int bFrom,
      int bStep,
      float[] c,
      int to,
      int stride) {
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c40 = FloatVector.zero(F);
    FloatVector c50 = FloatVector.zero(F);
    FloatVector c60 = FloatVector.zero(F);
    FloatVector c70 = FloatVector.zero(F);
    int a1From = aFrom + aRow;
    int a2From = a1From + aRow;
    int a3From = a2From + aRow;
    int a4From = a3From + aRow;
    int a5From = a4From + aRow;
    int a6From = a5From + aRow;
    int a7From = a6From + aRow;
    int x = 0;
    int y = bFrom;
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(F, b, y);
      FloatVector a0 = FloatVector.broadcast(F, a[aFrom + x]);
      c00 = multiplyAdd(a0, b0, c00);
      FloatVector a1 = FloatVector.broadcast(F, a[a1From + x]);
      c10 = multiplyAdd(a1, b0, c10);
      FloatVector a2 = FloatVector.broadcast(F, a[a2From + x]);
      c20 = multiplyAdd(a2, b0, c20);
      FloatVector a3 = FloatVector.broadcast(F, a[a3From + x]);
      c30 = multiplyAdd(a3, b0, c30);
      FloatVector a4 = FloatVector.broadcast(F, a[a4From + x]);
      c40 = multiplyAdd(a4, b0, c40);
      FloatVector a5 = FloatVector.broadcast(F, a[a5From + x]);
      c50 = multiplyAdd(a5, b0, c50);
      FloatVector a6 = FloatVector.broadcast(F, a[a6From + x]);
      c60 = multiplyAdd(a6, b0, c60);
      FloatVector a7 = FloatVector.broadcast(F, a[a7From + x]);
      c70 = multiplyAdd(a7, b0, c70);
      x += aStep;
      y += bStep;
    }
    c00.intoArray(c, to);
    c10.intoArray(c, to + stride);
    c20.intoArray(c, to + 2 * stride);
    c30.intoArray(c, to + 3 * stride);
    c40.intoArray(c, to + 4 * stride);
    c50.intoArray(c, to + 5 * stride);
    c60.intoArray(c, to + 6 * stride);
    c70.intoArray(c, to + 7 * stride);
  }

  private static void fourByTwo(
      int depth,
      float[] a,
      int aFrom,
      int aRow,
      int aStep,
      float[] b,
      int bFrom,
      int bStep,
      float[] c,
      int to,
      int stride) {
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    int a1From = aFrom + aRow;
    int a2From = a1From + aRow;
    int a3From = a2From + aRow;
    int x = 0;
    int y = bFrom;
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(F, b, y);
      FloatVector b1 = FloatVector.fromArray(F, b, y + VECTOR);
      FloatVector a0 = FloatVector.broadcast(F, a[aFrom + x]);
      c00 = multiplyAdd(a0, b0, c00);
      c01 = multiplyAdd(a0, b1, c01);
      FloatVector a1 = FloatVector.broadcast(F, a[a1From + x]);
      c10 = multiplyAdd(a1, b0, c10);
      c11 = multiplyAdd(a1, b1, c11);
      FloatVector a2 = FloatVector.broadcast(F, a[a2From + x]);
      c20 = multiplyAdd(a2, b0, c20);
      c21 = multiplyAdd(a2, b1, c21);
      FloatVector a3 = FloatVector.broadcast(F, a[a3From + x]);
      c30 = multiplyAdd(a3, b0, c30);
      c31 = multiplyAdd(a3, b1, c31);
      x += aStep;
      y += bStep;
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
