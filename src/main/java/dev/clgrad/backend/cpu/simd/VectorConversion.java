package dev.clgrad.backend.cpu.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Floats to doubles and back, with what is cheaper done to floats. Counts are multiples of {@link
 * #LANES}. Of floats the elements from {@code at} on are meant, of doubles those from 0 on.
 */
final class VectorConversion {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;

  /** Floats of one vector. */
  static final int LANES = F.length();

  private VectorConversion() {}

  /** d = x - shift, kept between min and max. */
  static void widen(float[] x, int at, float shift, float min, float max, double[] d, int n) {
    FloatVector s = FloatVector.broadcast(F, shift);
    FloatVector low = FloatVector.broadcast(F, min);
    FloatVector high = FloatVector.broadcast(F, max);
    for (int i = 0; i < n; i += LANES) {
      FloatVector f = FloatVector.fromArray(F, x, at + i).sub(s);
      // Blends, because NaN has to pass.
      f = f.blend(high, f.compare(VectorOperators.GT, high));
      f = f.blend(low, f.compare(VectorOperators.LT, low));
      ((DoubleVector) f.convertShape(VectorOperators.F2D, D, 0)).intoArray(d, i);
      ((DoubleVector) f.convertShape(VectorOperators.F2D, D, 1)).intoArray(d, i + D.length());
    }
  }

  /** d = x; whether no element is NaN or beyond ±bound. */
  static boolean widen(float[] x, int at, float bound, double[] d, int n) {
    FloatVector largest = FloatVector.zero(F);
    for (int i = 0; i < n; i += LANES) {
      FloatVector f = FloatVector.fromArray(F, x, at + i);
      ((DoubleVector) f.convertShape(VectorOperators.F2D, D, 0)).intoArray(d, i);
      ((DoubleVector) f.convertShape(VectorOperators.F2D, D, 1)).intoArray(d, i + D.length());
      largest = largest.max(f.abs());
    }
    return largest.reduceLanes(VectorOperators.MAX) <= bound;
  }

  /** y = d, but x where that is ±0. */
  static void narrow(double[] d, float[] x, float[] y, int at, int n) {
    FloatVector zero = FloatVector.zero(F);
    for (int i = 0; i < n; i += LANES) {
      // Each half comes with zeros in the place of the other.
      DoubleVector d0 = DoubleVector.fromArray(D, d, i);
      DoubleVector d1 = DoubleVector.fromArray(D, d, i + D.length());
      FloatVector f0 = (FloatVector) d0.convertShape(VectorOperators.D2F, F, 0);
      FloatVector f1 = (FloatVector) d1.convertShape(VectorOperators.D2F, F, -1);
      FloatVector v = f0.reinterpretAsInts().or(f1.reinterpretAsInts()).reinterpretAsFloats();
      FloatVector f = FloatVector.fromArray(F, x, at + i);
      v.blend(f, f.compare(VectorOperators.EQ, zero)).intoArray(y, at + i);
    }
  }

  /** y = d where x is above pole, -inf where it is the pole, NaN below; x at NaN and +inf. */
  static void narrow(double[] d, float[] x, float pole, float[] y, int at, int n) {
    FloatVector p = FloatVector.broadcast(F, pole);
    FloatVector infinity = FloatVector.broadcast(F, Float.POSITIVE_INFINITY);
    FloatVector minusInfinity = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector nan = FloatVector.broadcast(F, Float.NaN);
    for (int i = 0; i < n; i += LANES) {
      // Each half comes with zeros in the place of the other.
      DoubleVector d0 = DoubleVector.fromArray(D, d, i);
      DoubleVector d1 = DoubleVector.fromArray(D, d, i + D.length());
      FloatVector f0 = (FloatVector) d0.convertShape(VectorOperators.D2F, F, 0);
      FloatVector f1 = (FloatVector) d1.convertShape(VectorOperators.D2F, F, -1);
      FloatVector v = f0.reinterpretAsInts().or(f1.reinterpretAsInts()).reinterpretAsFloats();
      FloatVector f = FloatVector.fromArray(F, x, at + i);
      v = nan.blend(v, f.compare(VectorOperators.GT, p));
      v = v.blend(minusInfinity, f.compare(VectorOperators.EQ, p));
      v.blend(infinity, f.compare(VectorOperators.EQ, infinity)).intoArray(y, at + i);
    }
  }

  /** y = d. */
  static void narrow(double[] d, float[] y, int at, int n) {
    for (int i = 0; i < n; i += LANES) {
      // Each half comes with zeros in the place of the other.
      DoubleVector d0 = DoubleVector.fromArray(D, d, i);
      DoubleVector d1 = DoubleVector.fromArray(D, d, i + D.length());
      FloatVector f0 = (FloatVector) d0.convertShape(VectorOperators.D2F, F, 0);
      FloatVector f1 = (FloatVector) d1.convertShape(VectorOperators.D2F, F, -1);
      FloatVector v = f0.reinterpretAsInts().or(f1.reinterpretAsInts()).reinterpretAsFloats();
      v.intoArray(y, at + i);
    }
  }
}
