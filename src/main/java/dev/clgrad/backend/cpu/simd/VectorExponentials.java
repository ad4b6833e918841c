package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.cpu.FloatMath.*;

import dev.clgrad.backend.cpu.FloatMath;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * e^x and what is made of it: the operations of {@link FloatMath} in the same order, so the same
 * bits.
 *
 * <p>Every loop is written out whole. The JIT compiler stops to inline our own methods in one that
 * has grown large, and then keeps vectors on the heap, which costs a factor of five; the Vector
 * API's own methods are exempt from that limit.
 */
final class VectorExponentials {
  /** The widest vectors of doubles this machine has. */
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;

  /** Floats of half that width, one for each double. */
  private static final VectorSpecies<Float> F =
      VectorSpecies.of(float.class, VectorShape.forBitSize(D.vectorBitSize() / 2));

  private static final int STEP = D.length();

  private VectorExponentials() {}

  static void exp(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector x0 =
          (DoubleVector) FloatVector.fromArray(F, x, i).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector d = x0.blend(EXP_MAX, x0.compare(VectorOperators.GT, EXP_MAX));
      d = d.blend(EXP_MIN, d.compare(VectorOperators.LT, EXP_MIN));
      DoubleVector t = d.mul(LOG2_E).add(ROUND);
      DoubleVector r = d.sub(t.sub(ROUND).mul(LN_2));
      LongVector power = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
      DoubleVector q =
          r.mul(
              r.mul(E7)
                  .add(E6)
                  .mul(r)
                  .add(E5)
                  .mul(r)
                  .add(E4)
                  .mul(r)
                  .add(E3)
                  .mul(r)
                  .add(E2)
                  .mul(r)
                  .add(E1)
                  .mul(r)
                  .add(1));
      DoubleVector e = q.add(1).reinterpretAsLongs().add(power).reinterpretAsDoubles();
      ((FloatVector) e.convertShape(VectorOperators.D2F, F, 0)).intoArray(y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.exp(x[i]);
    }
  }

  static void expShifted(float[] x, int xOffset, float shift, float[] y, int yOffset, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector x0 =
          (DoubleVector)
              FloatVector.fromArray(F, x, xOffset + i)
                  .sub(shift)
                  .convertShape(VectorOperators.F2D, D, 0);
      DoubleVector d = x0.blend(EXP_MAX, x0.compare(VectorOperators.GT, EXP_MAX));
      d = d.blend(EXP_MIN, d.compare(VectorOperators.LT, EXP_MIN));
      DoubleVector t = d.mul(LOG2_E).add(ROUND);
      DoubleVector r = d.sub(t.sub(ROUND).mul(LN_2));
      LongVector power = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
      DoubleVector q =
          r.mul(
              r.mul(E7)
                  .add(E6)
                  .mul(r)
                  .add(E5)
                  .mul(r)
                  .add(E4)
                  .mul(r)
                  .add(E3)
                  .mul(r)
                  .add(E2)
                  .mul(r)
                  .add(E1)
                  .mul(r)
                  .add(1));
      DoubleVector e = q.add(1).reinterpretAsLongs().add(power).reinterpretAsDoubles();
      ((FloatVector) e.convertShape(VectorOperators.D2F, F, 0)).intoArray(y, yOffset + i);
    }
    for (; i < n; i++) {
      y[yOffset + i] = FloatMath.exp(x[xOffset + i] - shift);
    }
  }

  static void expm1(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector x0 =
          (DoubleVector) FloatVector.fromArray(F, x, i).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector d = x0.blend(EXP_MAX, x0.compare(VectorOperators.GT, EXP_MAX));
      d = d.blend(EXPM1_MIN, d.compare(VectorOperators.LT, EXPM1_MIN));
      DoubleVector t = d.mul(LOG2_E).add(ROUND);
      DoubleVector r = d.sub(t.sub(ROUND).mul(LN_2));
      LongVector power = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
      DoubleVector q =
          r.mul(
              r.mul(E7)
                  .add(E6)
                  .mul(r)
                  .add(E5)
                  .mul(r)
                  .add(E4)
                  .mul(r)
                  .add(E3)
                  .mul(r)
                  .add(E2)
                  .mul(r)
                  .add(E1)
                  .mul(r)
                  .add(1));
      DoubleVector scale = power.add(ONE_BITS).reinterpretAsDoubles();
      DoubleVector e = q.mul(scale).add(scale.sub(1));
      e = e.blend(d, d.compare(VectorOperators.EQ, 0));
      ((FloatVector) e.convertShape(VectorOperators.D2F, F, 0)).intoArray(y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.expm1(x[i]);
    }
  }

  static void tanh(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector x0 =
          (DoubleVector) FloatVector.fromArray(F, x, i).convertShape(VectorOperators.F2D, D, 0);
      x0 = x0.add(x0);
      DoubleVector d = x0.blend(TANH_MAX, x0.compare(VectorOperators.GT, TANH_MAX));
      d = d.blend(-TANH_MAX, d.compare(VectorOperators.LT, -TANH_MAX));
      DoubleVector t = d.mul(LOG2_E).add(ROUND);
      DoubleVector r = d.sub(t.sub(ROUND).mul(LN_2));
      LongVector power = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
      DoubleVector q =
          r.mul(
              r.mul(E7)
                  .add(E6)
                  .mul(r)
                  .add(E5)
                  .mul(r)
                  .add(E4)
                  .mul(r)
                  .add(E3)
                  .mul(r)
                  .add(E2)
                  .mul(r)
                  .add(E1)
                  .mul(r)
                  .add(1));
      DoubleVector scale = power.add(ONE_BITS).reinterpretAsDoubles();
      DoubleVector e = q.mul(scale).add(scale.sub(1));
      e = e.div(e.add(2));
      e = e.blend(d, d.compare(VectorOperators.EQ, 0));
      ((FloatVector) e.convertShape(VectorOperators.D2F, F, 0)).intoArray(y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.tanh(x[i]);
    }
  }

  static void sigmoid(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector x0 =
          (DoubleVector) FloatVector.fromArray(F, x, i).convertShape(VectorOperators.F2D, D, 0);
      x0 = DoubleVector.zero(D).sub(x0);
      DoubleVector d = x0.blend(-EXP_MIN, x0.compare(VectorOperators.GT, -EXP_MIN));
      d = d.blend(-EXP_MAX, d.compare(VectorOperators.LT, -EXP_MAX));
      DoubleVector t = d.mul(LOG2_E).add(ROUND);
      DoubleVector r = d.sub(t.sub(ROUND).mul(LN_2));
      LongVector power = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
      DoubleVector q =
          r.mul(
              r.mul(E7)
                  .add(E6)
                  .mul(r)
                  .add(E5)
                  .mul(r)
                  .add(E4)
                  .mul(r)
                  .add(E3)
                  .mul(r)
                  .add(E2)
                  .mul(r)
                  .add(E1)
                  .mul(r)
                  .add(1));
      DoubleVector e = q.add(1).reinterpretAsLongs().add(power).reinterpretAsDoubles();
      DoubleVector s = DoubleVector.broadcast(D, 1).div(e.add(1));
      ((FloatVector) s.convertShape(VectorOperators.D2F, F, 0)).intoArray(y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.sigmoid(x[i]);
    }
  }
}
