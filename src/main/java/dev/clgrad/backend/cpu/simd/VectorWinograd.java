package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.WinogradLanes.P;
import static dev.clgrad.backend.WinogradLanes.Q;

import dev.clgrad.backend.cpu.FusedMultiplyAdd;
import dev.clgrad.backend.cpu.PlainWinograd;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Winograd's transforms of tiles in one dimension on vectors, with the bits of the plain form. */
final class VectorWinograd {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int VECTOR = F.length();
  private static final float P2 = P * P;
  private static final float Q2 = Q * Q;
  private static final float P3 = P * P * P;
  private static final float Q3 = Q * Q * Q;
  private static final float PRODUCT = P2 * Q2;
  private static final float SUM = P2 + Q2;

  private VectorWinograd() {}

  private static FloatVector multiplyAdd(FloatVector a, float b, FloatVector c) {
    FloatVector factor = FloatVector.broadcast(F, b);
    return FusedMultiplyAdd.FAST ? a.fma(factor, c) : a.mul(factor).add(c);
  }

  static void input(float[] x, int at, int[] offsets, float[] y, int to, int yStep, int n) {
    int x0 = at + offsets[0];
    int x1 = at + offsets[1];
    int x2 = at + offsets[2];
    int x3 = at + offsets[3];
    int x4 = at + offsets[4];
    int x5 = at + offsets[5];
    int i = 0;
    for (; i <= n - VECTOR; i += VECTOR) {
      FloatVector d1 = FloatVector.fromArray(F, x, x1 + i);
      FloatVector d2 = FloatVector.fromArray(F, x, x2 + i);
      FloatVector d3 = FloatVector.fromArray(F, x, x3 + i);
      FloatVector d4 = FloatVector.fromArray(F, x, x4 + i);
      FloatVector d0 = FloatVector.fromArray(F, x, x0 + i);
      multiplyAdd(d0, PRODUCT, multiplyAdd(d2, -SUM, d4)).intoArray(y, to + i);
      FloatVector even1 = multiplyAdd(d2, -Q2, d4);
      FloatVector odd1 = multiplyAdd(d1, -Q2, d3);
      multiplyAdd(odd1, P, even1).intoArray(y, to + i + yStep);
      multiplyAdd(odd1, -P, even1).intoArray(y, to + i + 2 * yStep);
      FloatVector even2 = multiplyAdd(d2, -P2, d4);
      FloatVector odd2 = multiplyAdd(d1, -P2, d3);
      multiplyAdd(odd2, Q, even2).intoArray(y, to + i + 3 * yStep);
      multiplyAdd(odd2, -Q, even2).intoArray(y, to + i + 4 * yStep);
      FloatVector d5 = FloatVector.fromArray(F, x, x5 + i);
      multiplyAdd(d1, PRODUCT, multiplyAdd(d3, -SUM, d5)).intoArray(y, to + i + 5 * yStep);
    }
    PlainWinograd.input(x, at, offsets, y, to, yStep, i, n);
  }

  static void output(float[] x, int at, int xStep, float[] y, int to, int yStep, int n) {
    int i = 0;
    for (; i <= n - VECTOR; i += VECTOR) {
      FloatVector m1 = FloatVector.fromArray(F, x, at + i + xStep);
      FloatVector m2 = FloatVector.fromArray(F, x, at + i + 2 * xStep);
      FloatVector m3 = FloatVector.fromArray(F, x, at + i + 3 * xStep);
      FloatVector m4 = FloatVector.fromArray(F, x, at + i + 4 * xStep);
      FloatVector sum1 = m1.add(m2);
      FloatVector sum2 = m3.add(m4);
      FloatVector.fromArray(F, x, at + i).add(sum1).add(sum2).intoArray(y, to + i);
      multiplyAdd(sum2, Q2, sum1.mul(P2)).intoArray(y, to + i + 2 * yStep);
      FloatVector difference1 = m1.sub(m2);
      FloatVector difference2 = m3.sub(m4);
      multiplyAdd(difference2, Q, difference1.mul(P)).intoArray(y, to + i + yStep);
      FloatVector m5 = FloatVector.fromArray(F, x, at + i + 5 * xStep);
      FloatVector last = multiplyAdd(difference1, P3, m5);
      multiplyAdd(difference2, Q3, last).intoArray(y, to + i + 3 * yStep);
    }
    PlainWinograd.output(x, at, xStep, y, to, yStep, i, n);
  }

  static void gradient(float[] x, int at, int xStep, float[] y, int to, int yStep, int n) {
    int i = 0;
    for (; i <= n - VECTOR; i += VECTOR) {
      FloatVector g0 = FloatVector.fromArray(F, x, at + i);
      FloatVector g1 = FloatVector.fromArray(F, x, at + i + xStep);
      FloatVector g2 = FloatVector.fromArray(F, x, at + i + 2 * xStep);
      FloatVector g3 = FloatVector.fromArray(F, x, at + i + 3 * xStep);
      g0.intoArray(y, to + i);
      FloatVector even1 = multiplyAdd(g2, P2, g0);
      FloatVector odd1 = multiplyAdd(g3, P2, g1);
      multiplyAdd(odd1, P, even1).intoArray(y, to + i + yStep);
      multiplyAdd(odd1, -P, even1).intoArray(y, to + i + 2 * yStep);
      FloatVector even2 = multiplyAdd(g2, Q2, g0);
      FloatVector odd2 = multiplyAdd(g3, Q2, g1);
      multiplyAdd(odd2, Q, even2).intoArray(y, to + i + 3 * yStep);
      multiplyAdd(odd2, -Q, even2).intoArray(y, to + i + 4 * yStep);
      g3.intoArray(y, to + i + 5 * yStep);
    }
    PlainWinograd.gradient(x, at, xStep, y, to, yStep, i, n);
  }
}
