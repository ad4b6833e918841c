package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.Lanes.SUM_BLOCK;
import static dev.clgrad.backend.cpu.PlainSums.ACCUMULATORS;
import static dev.clgrad.backend.cpu.PlainSums.SHORT;

import dev.clgrad.backend.cpu.PlainSums;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Sums and maxima on vectors, in the order of {@link PlainSums}. */
final class VectorSums {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;

  private VectorSums() {}

  static float sum(float[] x, int offset, int n) {
    if (n < SHORT) {
      return PlainSums.sumShort(x, offset, n);
    }
    float[] lanes = new float[ACCUMULATORS];
    if (n <= SUM_BLOCK) {
      return sumBlock(x, offset, n, lanes);
    }
    float[] partial = new float[(n - 1) / SUM_BLOCK + 1];
    for (int block = 0; block < partial.length; block++) {
      int from = offset + block * SUM_BLOCK;
      partial[block] = sumBlock(x, from, Math.min(SUM_BLOCK, offset + n - from), lanes);
    }
    return PlainSums.pairwise(partial, partial.length);
  }

  private static float sumBlock(float[] x, int from, int length, float[] lanes) {
    if (length < SHORT) {
      return PlainSums.sumShort(x, from, length);
    }
    int whole = length - length % ACCUMULATORS;
    // Two vectors at a time; narrow ones pass over the block, which is in the cache, more than
    // once.
    for (int lane = 0; lane < ACCUMULATORS; lane += 2 * F.length()) {
      FloatVector s0 = FloatVector.zero(F);
      FloatVector s1 = FloatVector.zero(F);
      for (int i = from + lane; i < from + whole; i += ACCUMULATORS) {
        s0 = s0.add(FloatVector.fromArray(F, x, i));
        s1 = s1.add(FloatVector.fromArray(F, x, i + F.length()));
      }
      s0.intoArray(lanes, lane);
      s1.intoArray(lanes, lane + F.length());
    }
    for (int i = whole; i < length; i++) {
      lanes[i - whole] += x[from + i];
    }
    return PlainSums.fold(lanes);
  }

  static float dot(float[] a, int aOffset, float[] b, int bOffset, int n) {
    if (n < SHORT) {
      return PlainSums.dot(a, aOffset, b, bOffset, n);
    }
    float[] lanes = new float[ACCUMULATORS];
    float[] partial = new float[(n - 1) / SUM_BLOCK + 1];
    for (int block = 0; block < partial.length; block++) {
      int from = block * SUM_BLOCK;
      int length = Math.min(SUM_BLOCK, n - from);
      partial[block] = dotBlock(a, aOffset + from, b, bOffset + from, length, lanes);
    }
    return PlainSums.pairwise(partial, partial.length);
  }

  private static float dotBlock(
      float[] a, int aFrom, float[] b, int bFrom, int length, float[] lanes) {
    if (length < SHORT) {
      return PlainSums.dot(a, aFrom, b, bFrom, length);
    }
    int whole = length - length % ACCUMULATORS;
    for (int lane = 0; lane < ACCUMULATORS; lane += 2 * F.length()) {
      FloatVector s0 = FloatVector.zero(F);
      FloatVector s1 = FloatVector.zero(F);
      for (int i = lane; i < whole; i += ACCUMULATORS) {
        FloatVector a0 = FloatVector.fromArray(F, a, aFrom + i);
        FloatVector a1 = FloatVector.fromArray(F, a, aFrom + i + F.length());
        s0 = s0.add(a0.mul(FloatVector.fromArray(F, b, bFrom + i)));
        s1 = s1.add(a1.mul(FloatVector.fromArray(F, b, bFrom + i + F.length())));
      }
      s0.intoArray(lanes, lane);
      s1.intoArray(lanes, lane + F.length());
    }
    for (int i = whole; i < length; i++) {
      lanes[i - whole] += a[aFrom + i] * b[bFrom + i];
    }
    return PlainSums.fold(lanes);
  }

  static float max(float[] x, int offset, int n) {
    int end = offset + n;
    int i = offset;
    float y = Float.NEGATIVE_INFINITY;
    if (n >= 2 * F.length()) {
      FloatVector m0 = FloatVector.fromArray(F, x, i);
      FloatVector m1 = FloatVector.fromArray(F, x, i + F.length());
      for (i += 2 * F.length(); i <= end - 2 * F.length(); i += 2 * F.length()) {
        m0 = m0.max(FloatVector.fromArray(F, x, i));
        m1 = m1.max(FloatVector.fromArray(F, x, i + F.length()));
      }
      y = m0.max(m1).reduceLanes(VectorOperators.MAX);
    }
    for (; i < end; i++) {
      y = Math.max(y, x[i]);
    }
    return y;
  }

  static double sum(double[] x, int offset, int n) {
    if (n < SHORT) {
      return PlainSums.sumShort(x, offset, n);
    }
    double[] lanes = new double[ACCUMULATORS];
    if (n <= SUM_BLOCK) {
      return sumBlock(x, offset, n, lanes);
    }
    double[] partial = new double[(n - 1) / SUM_BLOCK + 1];
    for (int block = 0; block < partial.length; block++) {
      int from = offset + block * SUM_BLOCK;
      partial[block] = sumBlock(x, from, Math.min(SUM_BLOCK, offset + n - from), lanes);
    }
    return PlainSums.pairwise(partial, partial.length);
  }

  private static double sumBlock(double[] x, int from, int length, double[] lanes) {
    if (length < SHORT) {
      return PlainSums.sumShort(x, from, length);
    }
    int whole = length - length % ACCUMULATORS;
    // Two vectors at a time; narrow ones pass over the block, which is in the cache, more than
    // once.
    for (int lane = 0; lane < ACCUMULATORS; lane += 2 * D.length()) {
      DoubleVector s0 = DoubleVector.zero(D);
      DoubleVector s1 = DoubleVector.zero(D);
      for (int i = from + lane; i < from + whole; i += ACCUMULATORS) {
        s0 = s0.add(DoubleVector.fromArray(D, x, i));
        s1 = s1.add(DoubleVector.fromArray(D, x, i + D.length()));
      }
      s0.intoArray(lanes, lane);
      s1.intoArray(lanes, lane + D.length());
    }
    for (int i = whole; i < length; i++) {
      lanes[i - whole] += x[from + i];
    }
    return PlainSums.fold(lanes);
  }

  static double dot(double[] a, int aOffset, double[] b, int bOffset, int n) {
    if (n < SHORT) {
      return PlainSums.dot(a, aOffset, b, bOffset, n);
    }
    double[] lanes = new double[ACCUMULATORS];
    double[] partial = new double[(n - 1) / SUM_BLOCK + 1];
    for (int block = 0; block < partial.length; block++) {
      int from = block * SUM_BLOCK;
      int length = Math.min(SUM_BLOCK, n - from);
      partial[block] = dotBlock(a, aOffset + from, b, bOffset + from, length, lanes);
    }
    return PlainSums.pairwise(partial, partial.length);
  }

  private static double dotBlock(
      double[] a, int aFrom, double[] b, int bFrom, int length, double[] lanes) {
    if (length < SHORT) {
      return PlainSums.dot(a, aFrom, b, bFrom, length);
    }
    int whole = length - length % ACCUMULATORS;
    for (int lane = 0; lane < ACCUMULATORS; lane += 2 * D.length()) {
      DoubleVector s0 = DoubleVector.zero(D);
      DoubleVector s1 = DoubleVector.zero(D);
      for (int i = lane; i < whole; i += ACCUMULATORS) {
        DoubleVector a0 = DoubleVector.fromArray(D, a, aFrom + i);
        DoubleVector a1 = DoubleVector.fromArray(D, a, aFrom + i + D.length());
        s0 = s0.add(a0.mul(DoubleVector.fromArray(D, b, bFrom + i)));
        s1 = s1.add(a1.mul(DoubleVector.fromArray(D, b, bFrom + i + D.length())));
      }
      s0.intoArray(lanes, lane);
      s1.intoArray(lanes, lane + D.length());
    }
    for (int i = whole; i < length; i++) {
      lanes[i - whole] += a[aFrom + i] * b[bFrom + i];
    }
    return PlainSums.fold(lanes);
  }

  static double max(double[] x, int offset, int n) {
    int end = offset + n;
    int i = offset;
    double y = Double.NEGATIVE_INFINITY;
    if (n >= 2 * D.length()) {
      DoubleVector m0 = DoubleVector.fromArray(D, x, i);
      DoubleVector m1 = DoubleVector.fromArray(D, x, i + D.length());
      for (i += 2 * D.length(); i <= end - 2 * D.length(); i += 2 * D.length()) {
        m0 = m0.max(DoubleVector.fromArray(D, x, i));
        m1 = m1.max(DoubleVector.fromArray(D, x, i + D.length()));
      }
      y = m0.max(m1).reduceLanes(VectorOperators.MAX);
    }
    for (; i < end; i++) {
      y = Math.max(y, x[i]);
    }
    return y;
  }
}
