package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.cpu.FloatMath.*;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The double part of {@link dev.clgrad.backend.cpu.FloatMath}, the same operations in the same
 * order, on arrays of doubles that hold floats. Counts are multiples of a vector.
 *
 * <p>A loop stays below 30 operations: when the JIT compiler of Java 17 has inlined 8,000 bytecodes
 * into a method it puts off the rest, forgets the exact type of what those calls return, and keeps
 * vectors on the heap, which makes a loop three to ten times slower.
 */
final class VectorMath {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int STEP = D.length();

  private VectorMath() {}

  /** d = e^(scale d). */
  static void exp(double scale, double[] d, int n) {
    for (int i = 0; i < n; i += STEP) {
      DoubleVector x = DoubleVector.fromArray(D, d, i).mul(scale);
      DoubleVector t = x.mul(LOG2_E).add(ROUND);
      DoubleVector r = x.sub(t.sub(ROUND).mul(LN_2));
      DoubleVector p = r.mul(E7).add(E6).mul(r).add(E5).mul(r).add(E4).mul(r).add(E3);
      p = p.mul(r).add(E2).mul(r).add(E1).mul(r).add(1);
      LongVector power = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
      LongVector q = r.mul(p).add(1).reinterpretAsLongs();
      q.add(power).reinterpretAsDoubles().intoArray(d, i);
    }
  }

  /** d = e^(scale d) - 1. */
  static void expm1(double scale, double[] d, int n) {
    for (int i = 0; i < n; i += STEP) {
      DoubleVector x = DoubleVector.fromArray(D, d, i).mul(scale);
      DoubleVector t = x.mul(LOG2_E).add(ROUND);
      DoubleVector r = x.sub(t.sub(ROUND).mul(LN_2));
      DoubleVector p = r.mul(E7).add(E6).mul(r).add(E5).mul(r).add(E4).mul(r).add(E3);
      p = p.mul(r).add(E2).mul(r).add(E1).mul(r).add(1);
      LongVector power = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
      DoubleVector s = power.add(ONE_BITS).reinterpretAsDoubles();
      r.mul(p).mul(s).add(s.sub(1)).intoArray(d, i);
    }
  }

  /** d = d / (d + 2), which makes tanh x of e^2x - 1. */
  static void overTwoMore(double[] d, int n) {
    for (int i = 0; i < n; i += STEP) {
      DoubleVector x = DoubleVector.fromArray(D, d, i);
      x.div(x.add(2)).intoArray(d, i);
    }
  }

  /** d = 1 / (1 + d), which makes the sigmoid of x of e^-x. */
  static void reciprocalOfOneMore(double[] d, int n) {
    DoubleVector one = DoubleVector.broadcast(D, 1);
    for (int i = 0; i < n; i += STEP) {
      one.div(DoubleVector.fromArray(D, d, i).add(1)).intoArray(d, i);
    }
  }

  /** d = ln d. */
  static void log(double[] d, int n) {
    for (int i = 0; i < n; i += STEP) {
      DoubleVector x = DoubleVector.fromArray(D, d, i);
      LongVector bits = x.reinterpretAsLongs();
      LongVector biased = bits.sub(SQRT_HALF_BITS).add(ONE_BITS);
      LongVector exponent = biased.lanewise(VectorOperators.LSHR, 52).or(TWO_52_BITS);
      DoubleVector k = exponent.reinterpretAsDoubles().sub(TWO_52_AND_BIAS);
      DoubleVector m = bits.sub(biased.and(EXPONENT_BITS)).add(ONE_BITS).reinterpretAsDoubles();
      DoubleVector s = m.sub(1).div(m.add(1));
      DoubleVector z = s.mul(s);
      DoubleVector p = z.mul(L5).add(L4).mul(z).add(L3).mul(z).add(L2).mul(z).add(L1).mul(z).add(1);
      k.mul(LN_2).add(s.add(s).mul(p)).intoArray(d, i);
    }
  }

  /** y = d + 1. */
  static void oneMore(double[] d, double[] y, int n) {
    for (int i = 0; i < n; i += STEP) {
      DoubleVector.fromArray(D, d, i).add(1).intoArray(y, i);
    }
  }

  /** y = x - x²/2 where x is small: what log1p is there. */
  static void smallLog1p(double[] x, double[] y, int n) {
    DoubleVector one = DoubleVector.broadcast(D, 1);
    for (int i = 0; i < n; i += STEP) {
      DoubleVector v = DoubleVector.fromArray(D, x, i);
      DoubleVector small = one.sub(v.mul(0.5)).mul(v);
      VectorMask<Double> below = v.compare(VectorOperators.LT, LOG1P_SMALL);
      VectorMask<Double> above = v.compare(VectorOperators.GT, -LOG1P_SMALL);
      DoubleVector.fromArray(D, y, i).blend(small, below.and(above)).intoArray(y, i);
    }
  }

  /**
   * Replaces d by its distance to the nearest multiple of π/2, and puts that multiple's number into
   * the low bits of t.
   */
  static void trigReduce(double[] d, double[] t, int n) {
    for (int i = 0; i < n; i += STEP) {
      DoubleVector x = DoubleVector.fromArray(D, d, i);
      DoubleVector rounded = x.mul(TWO_OVER_PI).add(ROUND);
      DoubleVector m = rounded.sub(ROUND);
      DoubleVector r = x.sub(m.mul(HALF_PI_1)).sub(m.mul(HALF_PI_2)).sub(m.mul(HALF_PI_3));
      r.intoArray(d, i);
      rounded.intoArray(t, i);
    }
  }

  /** d = sin(d + (t + quarter) π/2), the sign still missing. */
  static void trigSelect(double[] d, double[] t, long quarter, int n) {
    for (int i = 0; i < n; i += STEP) {
      DoubleVector r = DoubleVector.fromArray(D, d, i);
      DoubleVector z = r.mul(r);
      DoubleVector s = z.mul(S5).add(S4).mul(z).add(S3).mul(z).add(S2).mul(z).add(S1);
      DoubleVector c = z.mul(C5).add(C4).mul(z).add(C3).mul(z).add(C2).mul(z).add(C1);
      s = s.mul(z).add(1).mul(r);
      c = c.mul(z).add(1);
      // The lowest bit in the place of the sign, so that a comparison of doubles sees it.
      LongVector quadrant = DoubleVector.fromArray(D, t, i).reinterpretAsLongs().add(quarter);
      LongVector parity = quadrant.lanewise(VectorOperators.LSHL, 63).or(ONE_BITS);
      s.blend(c, parity.reinterpretAsDoubles().compare(VectorOperators.LT, 0)).intoArray(d, i);
    }
  }

  /** Gives d the sign that sin(d + (t + quarter) π/2) has in its quadrant. */
  static void trigSign(double[] d, double[] t, long quarter, int n) {
    for (int i = 0; i < n; i += STEP) {
      LongVector quadrant = DoubleVector.fromArray(D, t, i).reinterpretAsLongs().add(quarter);
      LongVector sign = quadrant.and(2).lanewise(VectorOperators.LSHL, 62);
      LongVector v = DoubleVector.fromArray(D, d, i).reinterpretAsLongs();
      v.lanewise(VectorOperators.XOR, sign).reinterpretAsDoubles().intoArray(d, i);
    }
  }

  /** y = log2 |x|, more precise than a logarithm has to be. */
  static void powLog2(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i += STEP) {
      LongVector bits = DoubleVector.fromArray(D, x, i).abs().reinterpretAsLongs();
      LongVector biased = bits.sub(SQRT_HALF_BITS).add(ONE_BITS);
      LongVector exponent = biased.lanewise(VectorOperators.LSHR, 52).or(TWO_52_BITS);
      DoubleVector k = exponent.reinterpretAsDoubles().sub(TWO_52_AND_BIAS);
      DoubleVector m = bits.sub(biased.and(EXPONENT_BITS)).add(ONE_BITS).reinterpretAsDoubles();
      DoubleVector s = m.sub(1).div(m.add(1));
      DoubleVector z = s.mul(s);
      DoubleVector c = z.mul(L5).add(L4).mul(z).add(L3).mul(z).add(L2).mul(z).add(L1).mul(z).add(1);
      k.add(s.add(s).mul(c).mul(LOG2_E)).intoArray(y, i);
    }
  }

  /** y = p y, or that of p and -inf where x is 0, within the exponents that matter. */
  static void powProduct(double[] x, double[] p, double[] y, int n) {
    DoubleVector max = DoubleVector.broadcast(D, POW_MAX);
    DoubleVector min = DoubleVector.broadcast(D, -POW_MAX);
    for (int i = 0; i < n; i += STEP) {
      DoubleVector b = DoubleVector.fromArray(D, x, i);
      DoubleVector w = DoubleVector.fromArray(D, y, i);
      w = w.blend(Double.NEGATIVE_INFINITY, b.compare(VectorOperators.EQ, 0));
      w = w.mul(DoubleVector.fromArray(D, p, i));
      w = w.blend(max, w.compare(VectorOperators.GT, max));
      w = w.blend(min, w.compare(VectorOperators.LT, min));
      w.intoArray(y, i);
    }
  }

  /** y = 2^y, more precise than an exponential has to be. */
  static void powExp2(double[] y, int n) {
    for (int i = 0; i < n; i += STEP) {
      DoubleVector w = DoubleVector.fromArray(D, y, i);
      DoubleVector t = w.add(ROUND);
      DoubleVector r = w.sub(t.sub(ROUND)).mul(LN_2);
      DoubleVector q =
          r.mul(P9).add(P8).mul(r).add(P7).mul(r).add(P6).mul(r).add(P5).mul(r).add(P4);
      q = q.mul(r).add(P3).mul(r).add(P2).mul(r).add(P1).mul(r).add(1).mul(r).add(1);
      LongVector power = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
      q.reinterpretAsLongs().add(power).reinterpretAsDoubles().intoArray(y, i);
    }
  }

  /** Gives y = |x|^p the sign that x and p call for, or NaN, and 1 where p is 0. */
  static void powSigns(double[] x, double[] p, double[] y, int n) {
    DoubleVector zero = DoubleVector.zero(D);
    for (int i = 0; i < n; i += STEP) {
      DoubleVector b = DoubleVector.fromArray(D, x, i);
      DoubleVector e = DoubleVector.fromArray(D, p, i);
      DoubleVector v = DoubleVector.fromArray(D, y, i);
      DoubleVector whole = e.blend(zero, e.abs().compare(VectorOperators.GE, EVEN_FROM));
      DoubleVector rounded = whole.add(ROUND);
      VectorMask<Double> fraction = rounded.sub(ROUND).compare(VectorOperators.NE, whole);
      LongVector odd = rounded.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 63);
      LongVector sign = odd.and(b.reinterpretAsLongs());
      LongVector signed = v.reinterpretAsLongs().lanewise(VectorOperators.XOR, sign);
      v = signed.reinterpretAsDoubles().blend(v, fraction);
      v = v.blend(Double.NaN, fraction.and(b.compare(VectorOperators.LT, zero)));
      v.blend(1, e.compare(VectorOperators.EQ, zero)).intoArray(y, i);
    }
  }
}
