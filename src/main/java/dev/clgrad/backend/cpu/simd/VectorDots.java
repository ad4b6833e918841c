package dev.clgrad.backend.cpu.simd;

import dev.clgrad.backend.cpu.FusedMultiplyAdd;
import dev.clgrad.backend.cpu.PlainWinograd;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Products of one range with several on vectors, nine or three of them at a time. */
final class VectorDots {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = 16;

  private static final ThreadLocal<float[]> SUMS =
      ThreadLocal.withInitial(() -> new float[9 * LANES]);

  private VectorDots() {}

  /** Whether 16 lanes are whole vectors. */
  static boolean fits() {
    return F.length() <= LANES;
  }

  static void run(float[] a, int aFrom, float[] b, int bFrom, int[] offsets, float[] y, int n) {
    float[] sums = SUMS.get();
    for (int k = 0; k < offsets.length; ) {
      int left = offsets.length - k;
      int count = left >= 9 ? 9 : left >= 3 ? 3 : 1;
      for (int lane = 0; lane < LANES; lane += F.length()) {
        if (count == 9) {
          nine(a, aFrom, b, bFrom, offsets, k, lane, n, sums);
        } else if (count == 3) {
          three(a, aFrom, b, bFrom, offsets, k, lane, n, sums);
        } else {
          one(a, aFrom, b, bFrom + offsets[k], lane, n, sums);
        }
      }
      for (int i = 0; i < count; i++) {
        y[k + i] = PlainWinograd.fold(sums, i * LANES);
      }
      k += count;
    }
  }

  private static FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector sum) {
    return FusedMultiplyAdd.FAST ? a.fma(b, sum) : a.mul(b).add(sum);
  }

  private static void one(float[] a, int aFrom, float[] b, int bFrom, int lane, int n, float[] y) {
    FloatVector sum = FloatVector.zero(F);
    for (int i = lane; i < n; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, a, aFrom + i);
      sum = multiplyAdd(x, FloatVector.fromArray(F, b, bFrom + i), sum);
    }
    sum.intoArray(y, lane);
  }

  private static void three(
      float[] a,
      int aFrom,
      float[] b,
      int bFrom,
      int[] offsets,
      int k,
      int lane,
      int n,
      float[] y) {
    int b0 = bFrom + offsets[k];
    int b1 = bFrom + offsets[k + 1];
    int b2 = bFrom + offsets[k + 2];
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector s2 = FloatVector.zero(F);
    for (int i = lane; i < n; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, a, aFrom + i);
      s0 = multiplyAdd(x, FloatVector.fromArray(F, b, b0 + i), s0);
      s1 = multiplyAdd(x, FloatVector.fromArray(F, b, b1 + i), s1);
      s2 = multiplyAdd(x, FloatVector.fromArray(F, b, b2 + i), s2);
    }
    s0.intoArray(y, lane);
    s1.intoArray(y, lane + LANES);
    s2.intoArray(y, lane + 2 * LANES);
  }

  private static void nine(
      float[] a,
      int aFrom,
      float[] b,
      int bFrom,
      int[] offsets,
      int k,
      int lane,
      int n,
      float[] y) {
    int b0 = bFrom + offsets[k];
    int b1 = bFrom + offsets[k + 1];
    int b2 = bFrom + offsets[k + 2];
    int b3 = bFrom + offsets[k + 3];
    int b4 = bFrom + offsets[k + 4];
    int b5 = bFrom + offsets[k + 5];
    int b6 = bFrom + offsets[k + 6];
    int b7 = bFrom + offsets[k + 7];
    int b8 = bFrom + offsets[k + 8];
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector s2 = FloatVector.zero(F);
    FloatVector s3 = FloatVector.zero(F);
    FloatVector s4 = FloatVector.zero(F);
    FloatVector s5 = FloatVector.zero(F);
    FloatVector s6 = FloatVector.zero(F);
    FloatVector s7 = FloatVector.zero(F);
    FloatVector s8 = FloatVector.zero(F);
    for (int i = lane; i < n; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, a, aFrom + i);
      s0 = multiplyAdd(x, FloatVector.fromArray(F, b, b0 + i), s0);
      s1 = multiplyAdd(x, FloatVector.fromArray(F, b, b1 + i), s1);
      s2 = multiplyAdd(x, FloatVector.fromArray(F, b, b2 + i), s2);
      s3 = multiplyAdd(x, FloatVector.fromArray(F, b, b3 + i), s3);
      s4 = multiplyAdd(x, FloatVector.fromArray(F, b, b4 + i), s4);
      s5 = multiplyAdd(x, FloatVector.fromArray(F, b, b5 + i), s5);
      s6 = multiplyAdd(x, FloatVector.fromArray(F, b, b6 + i), s6);
      s7 = multiplyAdd(x, FloatVector.fromArray(F, b, b7 + i), s7);
      s8 = multiplyAdd(x, FloatVector.fromArray(F, b, b8 + i), s8);
    }
    s0.intoArray(y, lane);
    s1.intoArray(y, lane + LANES);
    s2.intoArray(y, lane + 2 * LANES);
    s3.intoArray(y, lane + 3 * LANES);
    s4.intoArray(y, lane + 4 * LANES);
    s5.intoArray(y, lane + 5 * LANES);
    s6.intoArray(y, lane + 6 * LANES);
    s7.intoArray(y, lane + 7 * LANES);
    s8.intoArray(y, lane + 8 * LANES);
  }
}
