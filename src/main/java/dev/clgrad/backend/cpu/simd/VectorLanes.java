package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.cpu.simd.VectorMath.D;
import static dev.clgrad.backend.cpu.simd.VectorMath.load;
import static dev.clgrad.backend.cpu.simd.VectorMath.store;

import dev.clgrad.backend.cpu.FloatMath;
import dev.clgrad.backend.cpu.PlainGemm;
import dev.clgrad.backend.cpu.PlainGemmDouble;
import dev.clgrad.backend.cpu.PlainLanes;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The primitives with the Vector API; what is not overridden, and every tail, is plain Java's. */
public final class VectorLanes extends PlainLanes {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int STEP = D.length();

  /** The SIMD primitives; they hold no state. */
  public VectorLanes() {}

  @Override
  public String name() {
    return "simd (" + F.vectorBitSize() + " bits)";
  }

  @Override
  public void exp(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      store(VectorMath.exp(load(x, i)), y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.exp(x[i]);
    }
  }

  @Override
  public void expm1(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      store(VectorMath.expm1(load(x, i)), y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.expm1(x[i]);
    }
  }

  @Override
  public void log(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      store(VectorMath.log(load(x, i)), y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.log(x[i]);
    }
  }

  @Override
  public void log1p(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      store(VectorMath.log1p(load(x, i)), y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.log1p(x[i]);
    }
  }

  @Override
  public void tanh(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      store(VectorMath.tanh(load(x, i)), y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.tanh(x[i]);
    }
  }

  @Override
  public void sigmoid(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      store(VectorMath.sigmoid(load(x, i)), y, i);
    }
    for (; i < n; i++) {
      y[i] = FloatMath.sigmoid(x[i]);
    }
  }

  @Override
  public void sin(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector d = load(x, i);
      if (VectorMath.inTrigRange(d)) {
        store(VectorMath.trig(d, 0), y, i);
      } else {
        for (int lane = i; lane < i + STEP; lane++) {
          y[lane] = FloatMath.sin(x[lane]);
        }
      }
    }
    for (; i < n; i++) {
      y[i] = FloatMath.sin(x[i]);
    }
  }

  @Override
  public void cos(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector d = load(x, i);
      if (VectorMath.inTrigRange(d)) {
        store(VectorMath.trig(d, 1), y, i);
      } else {
        for (int lane = i; lane < i + STEP; lane++) {
          y[lane] = FloatMath.cos(x[lane]);
        }
      }
    }
    for (; i < n; i++) {
      y[i] = FloatMath.cos(x[i]);
    }
  }

  @Override
  public void sqrt(float[] x, float[] y, int n) {
    int i = 0;
    for (int end = F.loopBound(n); i < end; i += F.length()) {
      FloatVector.fromArray(F, x, i).sqrt().intoArray(y, i);
    }
    for (; i < n; i++) {
      y[i] = (float) Math.sqrt(x[i]);
    }
  }

  @Override
  public void pow(float[] x, float[] p, float[] y, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector d = load(x, i);
      DoubleVector e = load(p, i);
      if (VectorMath.finite(d) && VectorMath.finite(e)) {
        store(VectorMath.pow(d, e), y, i);
      } else {
        for (int lane = i; lane < i + STEP; lane++) {
          y[lane] = FloatMath.pow(x[lane], p[lane]);
        }
      }
    }
    for (; i < n; i++) {
      y[i] = FloatMath.pow(x[i], p[i]);
    }
  }

  @Override
  public void pow(float[] x, float p, float[] y, int n) {
    DoubleVector e = DoubleVector.broadcast(D, p);
    boolean finite = VectorMath.finite(e);
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector d = load(x, i);
      if (finite && VectorMath.finite(d)) {
        store(VectorMath.pow(d, e), y, i);
      } else {
        for (int lane = i; lane < i + STEP; lane++) {
          y[lane] = FloatMath.pow(x[lane], p);
        }
      }
    }
    for (; i < n; i++) {
      y[i] = FloatMath.pow(x[i], p);
    }
  }

  @Override
  public float expShifted(float[] x, int xOffset, float shift, float[] y, int yOffset, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += STEP) {
      DoubleVector d =
          VectorMath.widen(FloatVector.fromArray(VectorMath.F, x, xOffset + i).sub(shift));
      store(VectorMath.exp(d), y, yOffset + i);
    }
    for (; i < n; i++) {
      y[yOffset + i] = FloatMath.exp(x[xOffset + i] - shift);
    }
    return sum(y, yOffset, n);
  }

  @Override
  public float sum(float[] x, int offset, int n) {
    return VectorSums.sum(x, offset, n);
  }

  @Override
  public double sum(double[] x, int offset, int n) {
    return VectorSums.sum(x, offset, n);
  }

  @Override
  public float max(float[] x, int offset, int n) {
    return VectorSums.max(x, offset, n);
  }

  @Override
  public double max(double[] x, int offset, int n) {
    return VectorSums.max(x, offset, n);
  }

  @Override
  public void gemm(
      int rows,
      int cols,
      int inner,
      float[] a,
      int aOffset,
      int aRowStride,
      int aColStride,
      float[] b,
      int bOffset,
      int bRowStride,
      int bColStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate) {
    if (PlainGemm.isTiny(rows, cols, inner)) {
      PlainGemm.tiny(
          rows,
          cols,
          inner,
          a,
          aOffset,
          aRowStride,
          aColStride,
          b,
          bOffset,
          bRowStride,
          bColStride,
          c,
          cOffset,
          cRowStride,
          accumulate);
    } else {
      VectorGemm.run(
          rows,
          cols,
          inner,
          a,
          aOffset,
          aRowStride,
          aColStride,
          b,
          bOffset,
          bRowStride,
          bColStride,
          c,
          cOffset,
          cRowStride,
          accumulate);
    }
  }

  @Override
  public void gemm(
      int rows,
      int cols,
      int inner,
      double[] a,
      int aOffset,
      int aRowStride,
      int aColStride,
      double[] b,
      int bOffset,
      int bRowStride,
      int bColStride,
      double[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate) {
    if (PlainGemmDouble.isTiny(rows, cols, inner)) {
      PlainGemmDouble.tiny(
          rows,
          cols,
          inner,
          a,
          aOffset,
          aRowStride,
          aColStride,
          b,
          bOffset,
          bRowStride,
          bColStride,
          c,
          cOffset,
          cRowStride,
          accumulate);
    } else {
      VectorGemmDouble.run(
          rows,
          cols,
          inner,
          a,
          aOffset,
          aRowStride,
          aColStride,
          b,
          bOffset,
          bRowStride,
          bColStride,
          c,
          cOffset,
          cRowStride,
          accumulate);
    }
  }
}
