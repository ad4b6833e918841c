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
 * Sine and cosine: the operations of {@link FloatMath} in the same order, so the same bits. Loops
 * are written out whole for the reason that {@link VectorExponentials} gives.
 */
final class VectorTrigonometry {
  /** The widest vectors of doubles this machine has. */
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;

  /** Floats of half that width, one for each double. */
  private static final VectorSpecies<Float> F =
      VectorSpecies.of(float.class, VectorShape.forBitSize(D.vectorBitSize() / 2));

  private static final int STEP = D.length();

  private VectorTrigonometry() {}

  static void sin(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector d =
          (DoubleVector) FloatVector.fromArray(F, x, i).convertShape(VectorOperators.F2D, D, 0);
      if (!d.abs().compare(VectorOperators.LE, TRIG_MAX).allTrue()) {
        for (int lane = i; lane < i + STEP; lane++) {
          y[lane] = FloatMath.sin(x[lane]);
        }
        continue;
      }
      DoubleVector t = d.mul(TWO_OVER_PI).add(ROUND);
      DoubleVector m = t.sub(ROUND);
      DoubleVector r = d.sub(m.mul(HALF_PI_1)).sub(m.mul(HALF_PI_2)).sub(m.mul(HALF_PI_3));
      DoubleVector z = r.mul(r);
      DoubleVector sin =
          z.mul(S5).add(S4).mul(z).add(S3).mul(z).add(S2).mul(z).add(S1).mul(z).add(1).mul(r);
      DoubleVector cos =
          z.mul(C5).add(C4).mul(z).add(C3).mul(z).add(C2).mul(z).add(C1).mul(z).add(1);
      LongVector quadrant = t.reinterpretAsLongs();
      VectorMask<Double> even = quadrant.and(1).compare(VectorOperators.EQ, 0).cast(D);
      LongVector sign = quadrant.and(2).lanewise(VectorOperators.LSHL, 62);
      DoubleVector v =
          cos.blend(sin, even)
              .reinterpretAsLongs()
              .lanewise(VectorOperators.XOR, sign)
              .reinterpretAsDoubles();
      ((FloatVector) v.convertShape(VectorOperators.D2F, F, 0)).intoArray(y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.sin(x[i]);
    }
  }

  static void cos(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector d =
          (DoubleVector) FloatVector.fromArray(F, x, i).convertShape(VectorOperators.F2D, D, 0);
      if (!d.abs().compare(VectorOperators.LE, TRIG_MAX).allTrue()) {
        for (int lane = i; lane < i + STEP; lane++) {
          y[lane] = FloatMath.cos(x[lane]);
        }
        continue;
      }
      DoubleVector t = d.mul(TWO_OVER_PI).add(ROUND);
      DoubleVector m = t.sub(ROUND);
      DoubleVector r = d.sub(m.mul(HALF_PI_1)).sub(m.mul(HALF_PI_2)).sub(m.mul(HALF_PI_3));
      DoubleVector z = r.mul(r);
      DoubleVector sin =
          z.mul(S5).add(S4).mul(z).add(S3).mul(z).add(S2).mul(z).add(S1).mul(z).add(1).mul(r);
      DoubleVector cos =
          z.mul(C5).add(C4).mul(z).add(C3).mul(z).add(C2).mul(z).add(C1).mul(z).add(1);
      LongVector quadrant = t.reinterpretAsLongs().add(1);
      VectorMask<Double> even = quadrant.and(1).compare(VectorOperators.EQ, 0).cast(D);
      LongVector sign = quadrant.and(2).lanewise(VectorOperators.LSHL, 62);
      DoubleVector v =
          cos.blend(sin, even)
              .reinterpretAsLongs()
              .lanewise(VectorOperators.XOR, sign)
              .reinterpretAsDoubles();
      ((FloatVector) v.convertShape(VectorOperators.D2F, F, 0)).intoArray(y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.cos(x[i]);
    }
  }
}
