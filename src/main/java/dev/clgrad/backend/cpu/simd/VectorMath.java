package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.cpu.FloatMath.*;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The functions of {@link dev.clgrad.backend.cpu.FloatMath} on vectors: the same operations in the
 * same order, so the same bits. Arguments and results are doubles that hold floats.
 */
final class VectorMath {
  /** The widest vectors of doubles this machine has. */
  static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;

  /** Floats of half that width, one for each double. */
  static final VectorSpecies<Float> F =
      VectorSpecies.of(float.class, VectorShape.forBitSize(D.vectorBitSize() / 2));

  private VectorMath() {}

  static DoubleVector load(float[] x, int at) {
    return widen(FloatVector.fromArray(F, x, at));
  }

  static DoubleVector widen(FloatVector v) {
    return (DoubleVector) v.convertShape(VectorOperators.F2D, D, 0);
  }

  static void store(DoubleVector v, float[] y, int at) {
    ((FloatVector) v.convertShape(VectorOperators.D2F, F, 0)).intoArray(y, at);
  }

  static DoubleVector exp(DoubleVector x) {
    return expOf(clamp(x, EXP_MIN, EXP_MAX));
  }

  static DoubleVector expm1(DoubleVector x) {
    DoubleVector d = clamp(x, EXPM1_MIN, EXP_MAX);
    return keepZero(expm1Of(d), d);
  }

  static DoubleVector tanh(DoubleVector x) {
    DoubleVector d = clamp(x.add(x), -TANH_MAX, TANH_MAX);
    DoubleVector e = expm1Of(d);
    return keepZero(e.div(e.add(2)), d);
  }

  static DoubleVector sigmoid(DoubleVector x) {
    DoubleVector d = clamp(x.neg(), -EXP_MAX, -EXP_MIN);
    return DoubleVector.broadcast(D, 1).div(expOf(d).add(1));
  }

  private static DoubleVector clamp(DoubleVector x, double min, double max) {
    // Blends, because NaN has to pass.
    DoubleVector d = x.blend(max, x.compare(VectorOperators.GT, max));
    return d.blend(min, d.compare(VectorOperators.LT, min));
  }

  /** Zero where d is zero, with its sign. */
  private static DoubleVector keepZero(DoubleVector y, DoubleVector d) {
    return y.blend(d, d.compare(VectorOperators.EQ, 0));
  }

  private static DoubleVector expOf(DoubleVector d) {
    DoubleVector t = d.mul(LOG2_E).add(ROUND);
    DoubleVector r = d.sub(t.sub(ROUND).mul(LN_2));
    DoubleVector q = r.mul(expPolynomial(r)).add(1);
    LongVector power = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
    return q.reinterpretAsLongs().add(power).reinterpretAsDoubles();
  }

  private static DoubleVector expm1Of(DoubleVector d) {
    DoubleVector t = d.mul(LOG2_E).add(ROUND);
    DoubleVector r = d.sub(t.sub(ROUND).mul(LN_2));
    DoubleVector q = r.mul(expPolynomial(r));
    LongVector power = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
    DoubleVector scale = power.add(ONE_BITS).reinterpretAsDoubles();
    return q.mul(scale).add(scale.sub(1));
  }

  private static DoubleVector expPolynomial(DoubleVector r) {
    return r.mul(E7)
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
        .add(1);
  }

  static DoubleVector log(DoubleVector d) {
    return logAtBounds(scaledLog(d, LN_2, 1), d);
  }

  static DoubleVector log1p(DoubleVector d) {
    DoubleVector u = d.add(1);
    DoubleVector y = logAtBounds(scaledLog(u, LN_2, 1), u);
    DoubleVector small = DoubleVector.broadcast(D, 1).sub(d.mul(0.5)).mul(d);
    return y.blend(small, d.abs().compare(VectorOperators.LT, LOG1P_SMALL));
  }

  private static DoubleVector logAtBounds(DoubleVector log, DoubleVector d) {
    VectorMask<Double> positive = d.compare(VectorOperators.GT, 0);
    DoubleVector y = DoubleVector.broadcast(D, Double.NaN).blend(log, positive);
    y = y.blend(Double.NEGATIVE_INFINITY, d.compare(VectorOperators.EQ, 0));
    return y.blend(d, d.compare(VectorOperators.EQ, Double.POSITIVE_INFINITY));
  }

  /** k power + ln(m) scale for d = 2^k m. */
  private static DoubleVector scaledLog(DoubleVector d, double power, double scale) {
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
    return k.mul(power).add(s.add(s).mul(p).mul(scale));
  }

  /** Whether all lanes lie where {@link #trig} is valid. */
  static boolean inTrigRange(DoubleVector d) {
    return d.abs().compare(VectorOperators.LE, TRIG_MAX).allTrue();
  }

  /** sin(d + quarter π/2). */
  static DoubleVector trig(DoubleVector d, long quarter) {
    DoubleVector t = d.mul(TWO_OVER_PI).add(ROUND);
    DoubleVector n = t.sub(ROUND);
    DoubleVector r = d.sub(n.mul(HALF_PI_1)).sub(n.mul(HALF_PI_2)).sub(n.mul(HALF_PI_3));
    DoubleVector z = r.mul(r);
    DoubleVector sin =
        z.mul(S5).add(S4).mul(z).add(S3).mul(z).add(S2).mul(z).add(S1).mul(z).add(1).mul(r);
    DoubleVector cos = z.mul(C5).add(C4).mul(z).add(C3).mul(z).add(C2).mul(z).add(C1).mul(z).add(1);
    LongVector quadrant = t.reinterpretAsLongs().add(quarter);
    VectorMask<Double> odd = quadrant.and(1).compare(VectorOperators.NE, 0).cast(D);
    LongVector sign = quadrant.and(2).lanewise(VectorOperators.LSHL, 62);
    return sin.blend(cos, odd)
        .reinterpretAsLongs()
        .lanewise(VectorOperators.XOR, sign)
        .reinterpretAsDoubles();
  }

  /** Whether all lanes are finite. */
  static boolean finite(DoubleVector d) {
    return d.abs().compare(VectorOperators.LT, Double.POSITIVE_INFINITY).allTrue();
  }

  /** x^p for finite x and p. */
  static DoubleVector pow(DoubleVector x, DoubleVector p) {
    DoubleVector d = x.abs();
    VectorMask<Double> zero = d.compare(VectorOperators.EQ, 0);
    DoubleVector w = p.mul(scaledLog(d, 1, LOG2_E));
    w = w.blend(p.mul(Double.NEGATIVE_INFINITY), zero);
    w = clamp(w, -POW_MAX, POW_MAX);
    DoubleVector t = w.add(ROUND);
    DoubleVector r = w.sub(t.sub(ROUND)).mul(LN_2);
    DoubleVector q = powPolynomial(r).mul(r).add(1);
    LongVector power = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
    DoubleVector y = q.reinterpretAsLongs().add(power).reinterpretAsDoubles();
    DoubleVector whole = p.blend(0, p.abs().compare(VectorOperators.GE, EVEN_FROM));
    DoubleVector rounded = whole.add(ROUND);
    LongVector odd = rounded.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 63);
    // The sign bit of x AND the lowest bit of the exponent.
    LongVector sign = odd.and(x.reinterpretAsLongs());
    VectorMask<Double> fraction = rounded.sub(ROUND).compare(VectorOperators.NE, whole);
    LongVector signed = y.reinterpretAsLongs().lanewise(VectorOperators.XOR, sign);
    // With a fraction the low bit is that of a rounded exponent, and only positive or zero x have a
    // result.
    y = signed.reinterpretAsDoubles().blend(y, fraction);
    y = y.blend(Double.NaN, fraction.and(x.compare(VectorOperators.LT, 0)));
    return y.blend(1, p.compare(VectorOperators.EQ, 0));
  }

  private static DoubleVector powPolynomial(DoubleVector r) {
    return r.mul(P9)
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
        .add(1);
  }
}
