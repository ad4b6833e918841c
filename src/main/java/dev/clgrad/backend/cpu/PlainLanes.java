package dev.clgrad.backend.cpu;

import dev.clgrad.backend.ParallelLoop;
import java.util.Arrays;

/**
 * The primitives in plain Java. Loops of simple arithmetic are written so that the JIT compiler
 * makes vector code of them; the functions run one element at a time.
 */
public class PlainLanes extends PlainTiles {
  /** The plain primitives; they hold no state. */
  public PlainLanes() {}

  @Override
  public String name() {
    return "plain";
  }

  @Override
  public void exp(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatMath.exp(x[i]);
    }
  }

  @Override
  public void expm1(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatMath.expm1(x[i]);
    }
  }

  @Override
  public void log(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatMath.log(x[i]);
    }
  }

  @Override
  public void log1p(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatMath.log1p(x[i]);
    }
  }

  @Override
  public void sqrt(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (float) Math.sqrt(x[i]);
    }
  }

  @Override
  public void tanh(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatMath.tanh(x[i]);
    }
  }

  @Override
  public void sigmoid(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatMath.sigmoid(x[i]);
    }
  }

  @Override
  public void sin(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatMath.sin(x[i]);
    }
  }

  @Override
  public void cos(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatMath.cos(x[i]);
    }
  }

  @Override
  public void pow(float[] x, float[] p, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatMath.pow(x[i], p[i]);
    }
  }

  @Override
  public void pow(float[] x, float p, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatMath.pow(x[i], p);
    }
  }

  @Override
  public float expShifted(float[] x, int xOffset, float shift, float[] y, int yOffset, int n) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = FloatMath.exp(x[xOffset + i] - shift);
    }
    return sum(y, yOffset, n);
  }

  @Override
  public float sum(float[] x, int offset, int n) {
    return PlainSums.sum(x, offset, n);
  }

  @Override
  public double sum(double[] x, int offset, int n) {
    return PlainSums.sum(x, offset, n);
  }

  @Override
  public float sumPairwise(float[] x, int n) {
    return PlainSums.pairwise(Arrays.copyOf(x, n), n);
  }

  @Override
  public double sumPairwise(double[] x, int n) {
    return PlainSums.pairwise(Arrays.copyOf(x, n), n);
  }

  @Override
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int n) {
    return PlainSums.dot(a, aOffset, b, bOffset, n);
  }

  @Override
  public double dot(double[] a, int aOffset, double[] b, int bOffset, int n) {
    return PlainSums.dot(a, aOffset, b, bOffset, n);
  }

  @Override
  public float max(float[] x, int offset, int n) {
    float y = Float.NEGATIVE_INFINITY;
    for (int i = offset; i < offset + n; i++) {
      y = Math.max(y, x[i]);
    }
    return y;
  }

  @Override
  public double max(double[] x, int offset, int n) {
    double y = Double.NEGATIVE_INFINITY;
    for (int i = offset; i < offset + n; i++) {
      y = Math.max(y, x[i]);
    }
    return y;
  }

  @Override
  public void addInto(float[] accumulator, int accumulatorOffset, float[] x, int xOffset, int n) {
    for (int i = 0; i < n; i++) {
      accumulator[accumulatorOffset + i] += x[xOffset + i];
    }
  }

  @Override
  public void addInto(double[] accumulator, int accumulatorOffset, double[] x, int xOffset, int n) {
    for (int i = 0; i < n; i++) {
      accumulator[accumulatorOffset + i] += x[xOffset + i];
    }
  }

  @Override
  public void combine(
      float[] x, int xOffset, int[] offsets, float[] factors, float[] y, int yOffset, int n) {
    Arrays.fill(y, yOffset, yOffset + n, 0);
    for (int k = 0; k < offsets.length; k++) {
      float factor = factors[k];
      int at = xOffset + offsets[k];
      for (int i = 0; i < n; i++) {
        y[yOffset + i] += factor * x[at + i];
      }
    }
  }

  @Override
  public void combine(
      double[] x, int xOffset, int[] offsets, double[] factors, double[] y, int yOffset, int n) {
    Arrays.fill(y, yOffset, yOffset + n, 0);
    for (int k = 0; k < offsets.length; k++) {
      double factor = factors[k];
      int at = xOffset + offsets[k];
      for (int i = 0; i < n; i++) {
        y[yOffset + i] += factor * x[at + i];
      }
    }
  }

  @Override
  public void maxInto(float[] accumulator, int accumulatorOffset, float[] x, int xOffset, int n) {
    for (int i = 0; i < n; i++) {
      int at = accumulatorOffset + i;
      accumulator[at] = Math.max(accumulator[at], x[xOffset + i]);
    }
  }

  @Override
  public void maxInto(double[] accumulator, int accumulatorOffset, double[] x, int xOffset, int n) {
    for (int i = 0; i < n; i++) {
      int at = accumulatorOffset + i;
      accumulator[at] = Math.max(accumulator[at], x[xOffset + i]);
    }
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
    PlainGemm.run(
        new FloatProduct(
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
            1,
            accumulate));
  }

  @Override
  public void gemm(
      ParallelLoop threads,
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
    PlainGemm.run(
        threads,
        new FloatProduct(
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
            1,
            accumulate));
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
    PlainGemmDouble.run(
        new DoubleProduct(
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
            1,
            accumulate));
  }

  @Override
  public void gemm(
      ParallelLoop threads,
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
    PlainGemmDouble.run(
        threads,
        new DoubleProduct(
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
            1,
            accumulate));
  }
}
