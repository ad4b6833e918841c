package dev.clgrad.backend.cpu.simd;

import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.ParallelLoop;
import dev.clgrad.backend.cpu.PlainLanes;

/** The matrix products, each plain or with the Vector API as {@link Choice} says. */
abstract class WarmingProducts extends PlainLanes {
  /** Multiplications that make products worth warming up: some 10 ms of plain code. */
  private static final long PRODUCT = 200_000_000;

  final Lanes plain = new PlainLanes();
  final Lanes simd = new VectorLanes();
  private final Choice gemm = product();
  private final Choice gemmDouble = productOfDoubles();

  // Trials have whole tiles and parts of tiles, more than one block of the inner index, and a
  // product of few rows and one of few columns.

  private Choice product() {
    float[] a = new float[70 * 300];
    float[] b = new float[300 * 70];
    float[] c = new float[70 * 70];
    return new Choice("gemm", PRODUCT, () -> trial(plain, a, b, c), () -> trial(simd, a, b, c));
  }

  private static void trial(Lanes lanes, float[] a, float[] b, float[] c) {
    lanes.gemm(70, 70, 300, a, 0, 300, 1, b, 0, 70, 1, c, 0, 70, false);
    lanes.gemm(1, 70, 300, a, 0, 300, 1, b, 0, 70, 1, c, 0, 70, false);
    lanes.gemm(70, 3, 300, a, 0, 1, 70, b, 0, 3, 1, c, 0, 3, false);
  }

  private Choice productOfDoubles() {
    double[] a = new double[70 * 300];
    double[] b = new double[300 * 70];
    double[] c = new double[70 * 70];
    return new Choice(
        "gemm of doubles", PRODUCT, () -> trial(plain, a, b, c), () -> trial(simd, a, b, c));
  }

  private static void trial(Lanes lanes, double[] a, double[] b, double[] c) {
    lanes.gemm(70, 70, 300, a, 0, 300, 1, b, 0, 70, 1, c, 0, 70, false);
    lanes.gemm(1, 70, 300, a, 0, 300, 1, b, 0, 70, 1, c, 0, 70, false);
    lanes.gemm(70, 3, 300, a, 0, 1, 70, b, 0, 3, 1, c, 0, 3, false);
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
    (gemm.simd((long) rows * cols * inner) ? simd : plain)
        .gemm(
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
    (gemm.simd((long) rows * cols * inner) ? simd : plain)
        .gemm(
            threads,
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
    (gemmDouble.simd((long) rows * cols * inner) ? simd : plain)
        .gemm(
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
    (gemmDouble.simd((long) rows * cols * inner) ? simd : plain)
        .gemm(
            threads,
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
