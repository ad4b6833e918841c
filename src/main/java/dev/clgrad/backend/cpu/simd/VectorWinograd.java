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

  private static FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector c) {
    return FusedMultiplyAdd.FAST ? a.fma(b, c) : a.mul(b).add(c);
  }

  // Factors and places stand in variables before the loops. So each method has more than 325
  // bytecodes, and Java 17 does not inline it: in some runs it then kept vectors on the heap.

  static void input(
      float[] x,
      int at,
      int[] offsets,
      int xMove,
      float[] y,
      int to,
      int yStep,
      int yMove,
      int n,
      int count) {
    FloatVector product = FloatVector.broadcast(F, PRODUCT);
    FloatVector sum = FloatVector.broadcast(F, -SUM);
    FloatVector p2 = FloatVector.broadcast(F, -P2);
    FloatVector q2 = FloatVector.broadcast(F, -Q2);
    FloatVector p = FloatVector.broadcast(F, P);
    FloatVector q = FloatVector.broadcast(F, Q);
    for (int c = 0; c < count; c++) {
      int from = at + c * xMove;
      int x0 = from + offsets[0];
      int x1 = from + offsets[1];
      int x2 = from + offsets[2];
      int x3 = from + offsets[3];
      int x4 = from + offsets[4];
      int x5 = from + offsets[5];
      int y0 = to + c * yMove;
      int i = 0;
      for (; i <= n - VECTOR; i += VECTOR) {
        FloatVector d1 = FloatVector.fromArray(F, x, x1 + i);
        FloatVector d2 = FloatVector.fromArray(F, x, x2 + i);
        FloatVector d3 = FloatVector.fromArray(F, x, x3 + i);
        FloatVector d4 = FloatVector.fromArray(F, x, x4 + i);
        FloatVector d0 = FloatVector.fromArray(F, x, x0 + i);
        multiplyAdd(d0, product, multiplyAdd(d2, sum, d4)).intoArray(y, y0 + i);
        FloatVector even1 = multiplyAdd(d2, q2, d4);
        FloatVector odd1 = multiplyAdd(d1, q2, d3).mul(p);
        even1.add(odd1).intoArray(y, y0 + i + yStep);
        even1.sub(odd1).intoArray(y, y0 + i + 2 * yStep);
        FloatVector even2 = multiplyAdd(d2, p2, d4);
        FloatVector odd2 = multiplyAdd(d1, p2, d3).mul(q);
        even2.add(odd2).intoArray(y, y0 + i + 3 * yStep);
        even2.sub(odd2).intoArray(y, y0 + i + 4 * yStep);
        FloatVector d5 = FloatVector.fromArray(F, x, x5 + i);
        multiplyAdd(d1, product, multiplyAdd(d3, sum, d5)).intoArray(y, y0 + i + 5 * yStep);
      }
      PlainWinograd.input(x, from, offsets, y, y0, yStep, i, n);
    }
  }

  static void output(
      float[] x,
      int at,
      int xStep,
      int xMove,
      float[] y,
      int to,
      int yStep,
      int yMove,
      int n,
      int count) {
    FloatVector p = FloatVector.broadcast(F, P);
    FloatVector q = FloatVector.broadcast(F, Q);
    FloatVector p2 = FloatVector.broadcast(F, P2);
    FloatVector q2 = FloatVector.broadcast(F, Q2);
    FloatVector p3 = FloatVector.broadcast(F, P3);
    FloatVector q3 = FloatVector.broadcast(F, Q3);
    for (int c = 0; c < count; c++) {
      int x0 = at + c * xMove;
      int x1 = x0 + xStep;
      int x2 = x1 + xStep;
      int x3 = x2 + xStep;
      int x4 = x3 + xStep;
      int x5 = x4 + xStep;
      int y0 = to + c * yMove;
      int y1 = y0 + yStep;
      int y2 = y1 + yStep;
      int y3 = y2 + yStep;
      int i = 0;
      for (; i <= n - VECTOR; i += VECTOR) {
        FloatVector m1 = FloatVector.fromArray(F, x, x1 + i);
        FloatVector m2 = FloatVector.fromArray(F, x, x2 + i);
        FloatVector m3 = FloatVector.fromArray(F, x, x3 + i);
        FloatVector m4 = FloatVector.fromArray(F, x, x4 + i);
        FloatVector sum1 = m1.add(m2);
        FloatVector sum2 = m3.add(m4);
        FloatVector.fromArray(F, x, x0 + i).add(sum1).add(sum2).intoArray(y, y0 + i);
        multiplyAdd(sum2, q2, sum1.mul(p2)).intoArray(y, y2 + i);
        FloatVector difference1 = m1.sub(m2);
        FloatVector difference2 = m3.sub(m4);
        multiplyAdd(difference2, q, difference1.mul(p)).intoArray(y, y1 + i);
        FloatVector last = multiplyAdd(difference1, p3, FloatVector.fromArray(F, x, x5 + i));
        multiplyAdd(difference2, q3, last).intoArray(y, y3 + i);
      }
      PlainWinograd.output(x, x0, xStep, y, y0, yStep, i, n);
    }
  }

  static void gradient(
      float[] x,
      int at,
      int xStep,
      int xMove,
      float[] y,
      int to,
      int yStep,
      int yMove,
      int n,
      int count) {
    FloatVector p = FloatVector.broadcast(F, P);
    FloatVector q = FloatVector.broadcast(F, Q);
    FloatVector p2 = FloatVector.broadcast(F, P2);
    FloatVector q2 = FloatVector.broadcast(F, Q2);
    for (int c = 0; c < count; c++) {
      int x0 = at + c * xMove;
      int x1 = x0 + xStep;
      int x2 = x1 + xStep;
      int x3 = x2 + xStep;
      int y0 = to + c * yMove;
      int y1 = y0 + yStep;
      int y2 = y1 + yStep;
      int y3 = y2 + yStep;
      int y4 = y3 + yStep;
      int y5 = y4 + yStep;
      int i = 0;
      for (; i <= n - VECTOR; i += VECTOR) {
        FloatVector g0 = FloatVector.fromArray(F, x, x0 + i);
        FloatVector g1 = FloatVector.fromArray(F, x, x1 + i);
        FloatVector g2 = FloatVector.fromArray(F, x, x2 + i);
        FloatVector g3 = FloatVector.fromArray(F, x, x3 + i);
        g0.intoArray(y, y0 + i);
        FloatVector even1 = multiplyAdd(g2, p2, g0);
        FloatVector odd1 = multiplyAdd(g3, p2, g1).mul(p);
        even1.add(odd1).intoArray(y, y1 + i);
        even1.sub(odd1).intoArray(y, y2 + i);
        FloatVector even2 = multiplyAdd(g2, q2, g0);
        FloatVector odd2 = multiplyAdd(g3, q2, g1).mul(q);
        even2.add(odd2).intoArray(y, y3 + i);
        even2.sub(odd2).intoArray(y, y4 + i);
        g3.intoArray(y, y5 + i);
      }
      PlainWinograd.gradient(x, x0, xStep, y, y0, yStep, i, n);
    }
  }
}
