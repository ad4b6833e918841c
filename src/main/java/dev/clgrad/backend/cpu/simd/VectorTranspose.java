package dev.clgrad.backend.cpu.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes 16 × 16 elements on vectors of 16: pairs of vectors whose numbers differ in one bit
 * exchange the lanes that differ in it, for each of the four bits, two at a time.
 */
final class VectorTranspose {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int SIDE = 16;

  private static final VectorShuffle<Float> BY_8 = exchange(8);
  private static final VectorShuffle<Float> BY_4 = exchange(4);
  private static final VectorShuffle<Float> BY_2 = exchange(2);
  private static final VectorShuffle<Float> BY_1 = exchange(1);
  private static final VectorMask<Float> WITH_8 = lanesWith(8);
  private static final VectorMask<Float> WITH_4 = lanesWith(4);
  private static final VectorMask<Float> WITH_2 = lanesWith(2);
  private static final VectorMask<Float> WITH_1 = lanesWith(1);

  private static final ThreadLocal<float[]> BETWEEN =
      ThreadLocal.withInitial(() -> new float[SIDE * SIDE]);

  private VectorTranspose() {}

  private static VectorShuffle<Float> exchange(int bit) {
    return VectorShuffle.fromOp(F, lane -> (lane ^ bit) % F.length());
  }

  private static VectorMask<Float> lanesWith(int bit) {
    boolean[] lanes = new boolean[F.length()];
    for (int lane = 0; lane < lanes.length; lane++) {
      lanes[lane] = (lane & bit) != 0;
    }
    return VectorMask.fromArray(F, lanes, 0);
  }

  /** Whether vectors have 16 lanes. */
  static boolean fits() {
    return F.length() == SIDE;
  }

  static void run(float[] x, int at, int[] xRows, float[] y, int to, int[] yRows) {
    float[] between = BETWEEN.get();
    int xBlocks = (xRows.length + SIDE - 1) / SIDE;
    int yBlocks = (yRows.length + SIDE - 1) / SIDE;
    // Of rows that are far apart, only 16 at a time, along their whole length.
    boolean alongX = xRows[1] - xRows[0] >= yRows[1] - yRows[0];
    for (int b = 0; b < xBlocks * yBlocks; b++) {
      int i = alongX ? b / yBlocks : b % xBlocks;
      int j = alongX ? b % yBlocks : b / xBlocks;
      block(x, at, xRows, i * SIDE, y, to, yRows, j * SIDE, between);
    }
  }

  private static void block(
      float[] x,
      int at,
      int[] xRows,
      int i,
      float[] y,
      int to,
      int[] yRows,
      int j,
      float[] between) {
    int row = Math.min(i, xRows.length - SIDE);
    int col = Math.min(j, yRows.length - SIDE);
    for (int k = row; k < row + 4; k++) {
      int x0 = at + col + xRows[k];
      int x1 = at + col + xRows[k + 4];
      int x2 = at + col + xRows[k + 8];
      int x3 = at + col + xRows[k + 12];
      coarse(x, x0, x1, x2, x3, between, (k - row) * SIDE);
    }
    for (int k = col; k < col + SIDE; k += 4) {
      int y0 = to + row + yRows[k];
      int y1 = to + row + yRows[k + 1];
      int y2 = to + row + yRows[k + 2];
      int y3 = to + row + yRows[k + 3];
      fine(between, (k - col) * SIDE, y, y0, y1, y2, y3);
    }
  }

  private static void coarse(float[] x, int x0, int x1, int x2, int x3, float[] y, int to) {
    FloatVector r0 = FloatVector.fromArray(F, x, x0);
    FloatVector r2 = FloatVector.fromArray(F, x, x2);
    FloatVector s0 = r0.blend(r2.rearrange(BY_8), WITH_8);
    FloatVector s2 = r0.rearrange(BY_8).blend(r2, WITH_8);
    FloatVector r1 = FloatVector.fromArray(F, x, x1);
    FloatVector r3 = FloatVector.fromArray(F, x, x3);
    FloatVector s1 = r1.blend(r3.rearrange(BY_8), WITH_8);
    FloatVector s3 = r1.rearrange(BY_8).blend(r3, WITH_8);
    s0.blend(s1.rearrange(BY_4), WITH_4).intoArray(y, to);
    s0.rearrange(BY_4).blend(s1, WITH_4).intoArray(y, to + 4 * SIDE);
    s2.blend(s3.rearrange(BY_4), WITH_4).intoArray(y, to + 8 * SIDE);
    s2.rearrange(BY_4).blend(s3, WITH_4).intoArray(y, to + 12 * SIDE);
  }

  private static void fine(float[] x, int at, float[] y, int y0, int y1, int y2, int y3) {
    FloatVector r0 = FloatVector.fromArray(F, x, at);
    FloatVector r2 = FloatVector.fromArray(F, x, at + 2 * SIDE);
    FloatVector s0 = r0.blend(r2.rearrange(BY_2), WITH_2);
    FloatVector s2 = r0.rearrange(BY_2).blend(r2, WITH_2);
    FloatVector r1 = FloatVector.fromArray(F, x, at + SIDE);
    FloatVector r3 = FloatVector.fromArray(F, x, at + 3 * SIDE);
    FloatVector s1 = r1.blend(r3.rearrange(BY_2), WITH_2);
    FloatVector s3 = r1.rearrange(BY_2).blend(r3, WITH_2);
    s0.blend(s1.rearrange(BY_1), WITH_1).intoArray(y, y0);
    s0.rearrange(BY_1).blend(s1, WITH_1).intoArray(y, y1);
    s2.blend(s3.rearrange(BY_1), WITH_1).intoArray(y, y2);
    s2.rearrange(BY_1).blend(s3, WITH_1).intoArray(y, y3);
  }
}
