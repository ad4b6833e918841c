package dev.clgrad.backend.cpu.simd;

import dev.clgrad.backend.ParallelLoop;
import dev.clgrad.backend.cpu.DoubleProduct;
import dev.clgrad.backend.cpu.FloatProduct;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The primitives with the Vector API; what is not overridden, and every tail, is plain Java's. */
public final class VectorLanes extends VectorConvolutions {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;

  /** The SIMD primitives; they hold no state. */
  public VectorLanes() {}

  @Override
  public String name() {
    return "simd (" + F.vectorBitSize() + " bits)";
  }

  @Override
  public void exp(float[] x, float[] y, int n) {
    VectorExponentials.exp(x, y, n);
  }

  @Override
  public void expm1(float[] x, float[] y, int n) {
    VectorExponentials.expm1(x, y, n);
  }

  @Override
  public void log(float[] x, float[] y, int n) {
    VectorLogarithms.log(x, y, n);
  }

  @Override
  public void log1p(float[] x, float[] y, int n) {
    VectorLogarithms.log1p(x, y, n);
  }

  @Override
  public void tanh(float[] x, float[] y, int n) {
    VectorExponentials.tanh(x, y, n);
  }

  @Override
  public void sigmoid(float[] x, float[] y, int n) {
    VectorExponentials.sigmoid(x, y, n);
  }

  @Override
  public void sin(float[] x, float[] y, int n) {
    VectorTrigonometry.sin(x, y, n);
  }

  @Override
  public void cos(float[] x, float[] y, int n) {
    VectorTrigonometry.cos(x, y, n);
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
  public void reluGradient(float[] dy, float[] y, float[] dx, int n) {
    VectorCombinations.reluGradient(dy, y, dx, n);
  }

  @Override
  public void pow(float[] x, float[] p, float[] y, int n) {
    VectorLogarithms.pow(x, p, y, n);
  }

  @Override
  public void pow(float[] x, float p, float[] y, int n) {
    float[] exponents = new float[n];
    Arrays.fill(exponents, p);
    VectorLogarithms.pow(x, exponents, y, n);
  }

  @Override
  public float expShifted(float[] x, int xOffset, float shift, float[] y, int yOffset, int n) {
    VectorExponentials.expShifted(x, xOffset, shift, y, yOffset, n);
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
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int n) {
    return VectorSums.dot(a, aOffset, b, bOffset, n);
  }

  @Override
  public double dot(double[] a, int aOffset, double[] b, int bOffset, int n) {
    return VectorSums.dot(a, aOffset, b, bOffset, n);
  }

  @Override
  public void addInto(float[] accumulator, int accumulatorOffset, float[] x, int xOffset, int n) {
    int i = 0;
    for (int end = F.loopBound(n); i < end; i += F.length()) {
      FloatVector.fromArray(F, accumulator, accumulatorOffset + i)
          .add(FloatVector.fromArray(F, x, xOffset + i))
          .intoArray(accumulator, accumulatorOffset + i);
    }
    for (; i < n; i++) {
      accumulator[accumulatorOffset + i] += x[xOffset + i];
    }
  }

  @Override
  public void combine(
      float[] x, int xOffset, int[] offsets, float[] factors, float[] y, int yOffset, int n) {
    VectorCombinations.combine(x, xOffset, offsets, factors, y, yOffset, n);
  }

  @Override
  public void combine(
      double[] x, int xOffset, int[] offsets, double[] factors, double[] y, int yOffset, int n) {
    VectorCombinations.combine(x, xOffset, offsets, factors, y, yOffset, n);
  }

  @Override
  public void maxInto(float[] accumulator, int accumulatorOffset, float[] x, int xOffset, int n) {
    int i = 0;
    for (int end = F.loopBound(n); i < end; i += F.length()) {
      FloatVector.fromArray(F, accumulator, accumulatorOffset + i)
          .max(FloatVector.fromArray(F, x, xOffset + i))
          .intoArray(accumulator, accumulatorOffset + i);
    }
    for (; i < n; i++) {
      int at = accumulatorOffset + i;
      accumulator[at] = Math.max(accumulator[at], x[xOffset + i]);
    }
  }

  @Override
  public void addInto(double[] accumulator, int accumulatorOffset, double[] x, int xOffset, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += D.length()) {
      DoubleVector.fromArray(D, accumulator, accumulatorOffset + i)
          .add(DoubleVector.fromArray(D, x, xOffset + i))
          .intoArray(accumulator, accumulatorOffset + i);
    }
    for (; i < n; i++) {
      accumulator[accumulatorOffset + i] += x[xOffset + i];
    }
  }

  @Override
  public void maxInto(double[] accumulator, int accumulatorOffset, double[] x, int xOffset, int n) {
    int i = 0;
    for (int end = D.loopBound(n); i < end; i += D.length()) {
      DoubleVector.fromArray(D, accumulator, accumulatorOffset + i)
          .max(DoubleVector.fromArray(D, x, xOffset + i))
          .intoArray(accumulator, accumulatorOffset + i);
    }
    for (; i < n; i++) {
      int at = accumulatorOffset + i;
      accumulator[at] = Math.max(accumulator[at], x[xOffset + i]);
    }
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
    VectorGemm.run(
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
    VectorGemm.run(
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
    VectorGemmDouble.run(
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
    VectorGemmDouble.run(
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
