package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.cpu.FloatMath.*;

import dev.clgrad.backend.cpu.FloatMath;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Logarithms and powers: the operations of {@link FloatMath} in the same order, so the same bits.
 * Loops are written out whole for the reason that {@link VectorExponentials} gives.
 */
final class VectorLogarithms {
  /** The widest vectors of doubles this machine has. */
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;

  /** Floats of half that width, one for each double. */
  private static final VectorSpecies<Float> F =
      VectorSpecies.of(float.class, VectorShape.forBitSize(D.vectorBitSize() / 2));

  private static final int STEP = D.length();

  private VectorLogarithms() {}

  static void log(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector d =
          (DoubleVector) FloatVector.fromArray(F, x, i).convertShape(VectorOperators.F2D, D, 0);
      LongVector bits = d.reinterpretAsLongs();
      LongVector biased = bits.sub(SQRT_HALF_BITS).add(ONE_BITS);
      DoubleVector k =
          biased
              .lanewise(VectorOperators.LSHR, 52)
              .or(TWO_52_BITS)
              .reinterpretAsDoubles()
              .sub(TWO_52_AND_BIAS);
      DoubleVector m = bits.sub(biased.and(EXPONENT_BITS)).add(ONE_BITS).reinterpretAsDoubles();
      DoubleVector s = m.sub(1).div(m.add(1));
      DoubleVector z = s.mul(s);
      DoubleVector p = z.mul(L5).add(L4).mul(z).add(L3).mul(z).add(L2).mul(z).add(L1).mul(z).add(1);
      DoubleVector v = k.mul(LN_2).add(s.add(s).mul(p));
      v = DoubleVector.broadcast(D, Double.NaN).blend(v, d.compare(VectorOperators.GT, 0));
      v = v.blend(Double.NEGATIVE_INFINITY, d.compare(VectorOperators.EQ, 0));
      v = v.blend(d, d.compare(VectorOperators.EQ, Double.POSITIVE_INFINITY));
      ((FloatVector) v.convertShape(VectorOperators.D2F, F, 0)).intoArray(y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.log(x[i]);
    }
  }

  static void log1p(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector d =
          (DoubleVector) FloatVector.fromArray(F, x, i).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector u = d.add(1);
      LongVector bits = u.reinterpretAsLongs();
      LongVector biased = bits.sub(SQRT_HALF_BITS).add(ONE_BITS);
      DoubleVector k =
          biased
              .lanewise(VectorOperators.LSHR, 52)
              .or(TWO_52_BITS)
              .reinterpretAsDoubles()
              .sub(TWO_52_AND_BIAS);
      DoubleVector m = bits.sub(biased.and(EXPONENT_BITS)).add(ONE_BITS).reinterpretAsDoubles();
      DoubleVector s = m.sub(1).div(m.add(1));
      DoubleVector z = s.mul(s);
      DoubleVector p = z.mul(L5).add(L4).mul(z).add(L3).mul(z).add(L2).mul(z).add(L1).mul(z).add(1);
      DoubleVector v = k.mul(LN_2).add(s.add(s).mul(p));
      v = DoubleVector.broadcast(D, Double.NaN).blend(v, u.compare(VectorOperators.GT, 0));
      v = v.blend(Double.NEGATIVE_INFINITY, u.compare(VectorOperators.EQ, 0));
      v = v.blend(u, u.compare(VectorOperators.EQ, Double.POSITIVE_INFINITY));
      DoubleVector small = DoubleVector.broadcast(D, 1).sub(d.mul(0.5)).mul(d);
      v = v.blend(small, d.abs().compare(VectorOperators.LT, LOG1P_SMALL));
      ((FloatVector) v.convertShape(VectorOperators.D2F, F, 0)).intoArray(y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.log1p(x[i]);
    }
  }

  static void pow(float[] x, float[] p, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector base =
          (DoubleVector) FloatVector.fromArray(F, x, i).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector e =
          (DoubleVector) FloatVector.fromArray(F, p, i).convertShape(VectorOperators.F2D, D, 0);
      DoubleVector d = base.abs();
      if (!d.max(e.abs()).compare(VectorOperators.LT, Double.POSITIVE_INFINITY).allTrue()) {
        for (int lane = i; lane < i + STEP; lane++) {
          y[lane] = FloatMath.pow(x[lane], p[lane]);
        }
        continue;
      }
      LongVector bits = d.reinterpretAsLongs();
      LongVector biased = bits.sub(SQRT_HALF_BITS).add(ONE_BITS);
      DoubleVector k =
          biased
              .lanewise(VectorOperators.LSHR, 52)
              .or(TWO_52_BITS)
              .reinterpretAsDoubles()
              .sub(TWO_52_AND_BIAS);
      DoubleVector m = bits.sub(biased.and(EXPONENT_BITS)).add(ONE_BITS).reinterpretAsDoubles();
      DoubleVector s = m.sub(1).div(m.add(1));
      DoubleVector z = s.mul(s);
      DoubleVector c = z.mul(L5).add(L4).mul(z).add(L3).mul(z).add(L2).mul(z).add(L1).mul(z).add(1);
      DoubleVector w = e.mul(k.add(s.add(s).mul(c).mul(LOG2_E)));
      w = w.blend(e.mul(Double.NEGATIVE_INFINITY), d.compare(VectorOperators.EQ, 0));
      w = w.blend(POW_MAX, w.compare(VectorOperators.GT, POW_MAX));
      w = w.blend(-POW_MAX, w.compare(VectorOperators.LT, -POW_MAX));
      DoubleVector t = w.add(ROUND);
      LongVector power = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
      DoubleVector r = w.sub(t.sub(ROUND)).mul(LN_2);
      DoubleVector q =
          r.mul(P9)
              .add(P8)
              .mul(r)
              .add(P7)
              .mul(r)
              .add(P6)
              .mul(r)
              .add(P5)
              .mul(r)
              .add(P4)
              .mul(r)
              .add(P3)
              .mul(r)
              .add(P2)
              .mul(r)
              .add(P1)
              .mul(r)
              .add(1)
              .mul(r)
              .add(1);
      DoubleVector v = q.reinterpretAsLongs().add(power).reinterpretAsDoubles();
      DoubleVector whole = e.blend(0, e.abs().compare(VectorOperators.GE, EVEN_FROM));
      DoubleVector rounded = whole.add(ROUND);
      VectorMask<Double> fraction = rounded.sub(ROUND).compare(VectorOperators.NE, whole);
      // Minus for a negative base with an odd exponent; NaN with one that is no integer, but not at
      // -0.
      LongVector odd = rounded.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 63);
      LongVector sign = odd.and(base.reinterpretAsLongs());
      DoubleVector signed =
          v.reinterpretAsLongs().lanewise(VectorOperators.XOR, sign).reinterpretAsDoubles();
      v = signed.blend(v, fraction);
      v = v.blend(Double.NaN, fraction.and(base.compare(VectorOperators.LT, 0)));
      v = v.blend(1, e.compare(VectorOperators.EQ, 0));
      ((FloatVector) v.convertShape(VectorOperators.D2F, F, 0)).intoArray(y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.pow(x[i], p[i]);
    }
  }
}
