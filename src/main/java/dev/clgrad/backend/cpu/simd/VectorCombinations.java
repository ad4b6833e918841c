package dev.clgrad.backend.cpu.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Linear combinations on vectors, with the roundings of the plain form. */
final class VectorCombinations {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;

  private VectorCombinations() {}

  static void combine(
      float[] x, int xOffset, int[] offsets, float[] factors, float[] y, int yOffset, int n) {
    int step = F.length();
    int i = 0;
    // Four at a time, so that an addition does not wait for the one before.
    for (; i <= n - 4 * step; i += 4 * step) {
      FloatVector s0 = FloatVector.zero(F);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      for (int k = 0; k < offsets.length; k++) {
        int at = xOffset + offsets[k] + i;
        FloatVector factor = FloatVector.broadcast(F, factors[k]);
        s0 = s0.add(FloatVector.fromArray(F, x, at).mul(factor));
        s1 = s1.add(FloatVector.fromArray(F, x, at + step).mul(factor));
        s2 = s2.add(FloatVector.fromArray(F, x, at + 2 * step).mul(factor));
        s3 = s3.add(FloatVector.fromArray(F, x, at + 3 * step).mul(factor));
      }
      s0.intoArray(y, yOffset + i);
      s1.intoArray(y, yOffset + i + step);
      s2.intoArray(y, yOffset + i + 2 * step);
      s3.intoArray(y, yOffset + i + 3 * step);
    }
    for (; i <= n - step; i += step) {
      FloatVector sum = FloatVector.zero(F);
      for (int k = 0; k < offsets.length; k++) {
        FloatVector part = FloatVector.fromArray(F, x, xOffset + offsets[k] + i);
        sum = sum.add(part.mul(factors[k]));
      }
      sum.intoArray(y, yOffset + i);
    }
    for (; i < n; i++) {
      float sum = 0;
      for (int k = 0; k < offsets.length; k++) {
        sum += factors[k] * x[xOffset + offsets[k] + i];
      }
      y[yOffset + i] = sum;
    }
  }

  static void combine(
      double[] x, int xOffset, int[] offsets, double[] factors, double[] y, int yOffset, int n) {
    int step = D.length();
    int i = 0;
    // Four at a time, so that an addition does not wait for the one before.
    for (; i <= n - 4 * step; i += 4 * step) {
      DoubleVector s0 = DoubleVector.zero(D);
      DoubleVector s1 = s0;
      DoubleVector s2 = s0;
      DoubleVector s3 = s0;
      for (int k = 0; k < offsets.length; k++) {
        int at = xOffset + offsets[k] + i;
        DoubleVector factor = DoubleVector.broadcast(D, factors[k]);
        s0 = s0.add(DoubleVector.fromArray(D, x, at).mul(factor));
        s1 = s1.add(DoubleVector.fromArray(D, x, at + step).mul(factor));
        s2 = s2.add(DoubleVector.fromArray(D, x, at + 2 * step).mul(factor));
        s3 = s3.add(DoubleVector.fromArray(D, x, at + 3 * step).mul(factor));
      }
      s0.intoArray(y, yOffset + i);
      s1.intoArray(y, yOffset + i + step);
      s2.intoArray(y, yOffset + i + 2 * step);
      s3.intoArray(y, yOffset + i + 3 * step);
    }
    for (; i <= n - step; i += step) {
      DoubleVector sum = DoubleVector.zero(D);
      for (int k = 0; k < offsets.length; k++) {
        DoubleVector part = DoubleVector.fromArray(D, x, xOffset + offsets[k] + i);
        sum = sum.add(part.mul(factors[k]));
      }
      sum.intoArray(y, yOffset + i);
    }
    for (; i < n; i++) {
      double sum = 0;
      for (int k = 0; k < offsets.length; k++) {
        sum += factors[k] * x[xOffset + offsets[k] + i];
      }
      y[yOffset + i] = sum;
    }
  }

  static void reluGradient(float[] dy, float[] y, float[] dx, int n) {
    int end = F.loopBound(n);
    for (int i = 0; i < end; i += F.length()) {
      FloatVector.fromArray(F, dy, i)
          .blend(0, FloatVector.fromArray(F, y, i).compare(VectorOperators.LE, 0))
          .intoArray(dx, i);
    }
    for (int i = end; i < n; i++) {
      dx[i] = y[i] <= 0 ? 0 : dy[i];
    }
  }
}
