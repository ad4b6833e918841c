package dev.clgrad.backend.cpu.simd;

import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.ParallelLoop;
import dev.clgrad.backend.cpu.PlainLanes;
import java.util.stream.IntStream;

/** The matrix products, each plain or with the Vector API as {@link Choice} says. */
abstract class WarmingProducts extends PlainLanes {
  /** Multiplications that make products worth warming up: some 10 ms of plain code. */
  private static final long PRODUCT = 200_000_000;

  /** The same for elements that are transformed. */
  private static final long TRANSFORM = 20_000_000;

  final Lanes plain = new PlainLanes();
  final Lanes simd = new VectorLanes();
  private final Choice gemm = product();
  private final Choice gemmDouble = productOfDoubles();
  private final Choice gemmInPlace = productInPlace();
  private final Choice transforms = transforms();
  private final Choice transpose = transposition();
  private final Choice dots = dots();

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

  private Choice productInPlace() {
    float[] a = new float[64 * 64];
    float[] b = new float[64 * 64];
    float[] c = new float[64 * 64];
    return new Choice(
        "gemm in place", PRODUCT, () -> inPlace(plain, a, b, c), () -> inPlace(simd, a, b, c));
  }

  private static void inPlace(Lanes lanes, float[] a, float[] b, float[] c) {
    lanes.gemmInPlace(60, 48, 64, a, 0, 64, 1, b, 0, 64, c, 0, 64, false, 1, 0, 0, 0);
    lanes.gemmInPlace(64, 48, 60, a, 0, 1, 64, b, 0, 64, c, 0, 64, true, 1, 0, 0, 0);
  }

  private Choice dots() {
    float[] a = new float[832];
    float[] b = new float[1024];
    float[] y = new float[13];
    int[] offsets = {0, 1, 2, 30, 31, 32, 60, 61, 62, 3, 4, 5, 6};
    return new Choice(
        "dots",
        TRANSFORM,
        () -> plain.dots(a, 0, b, 0, offsets, y, 832),
        () -> simd.dots(a, 0, b, 0, offsets, y, 832));
  }

  private Choice transposition() {
    float[] x = new float[64 * 60];
    float[] y = new float[64 * 60];
    int[] xRows = IntStream.range(0, 64).map(i -> 60 * i).toArray();
    int[] yRows = IntStream.range(0, 60).map(i -> 64 * i).toArray();
    return new Choice(
        "transpose",
        TRANSFORM,
        () -> plain.transpose(x, 0, xRows, y, 0, yRows),
        () -> simd.transpose(x, 0, xRows, y, 0, yRows));
  }

  private Choice transforms() {
    float[] x = new float[6 * 512];
    float[] y = new float[6 * 512];
    return new Choice(
        "Winograd's transforms", TRANSFORM, () -> trial(plain, x, y), () -> trial(simd, x, y));
  }

  private static void trial(Lanes lanes, float[] x, float[] y) {
    lanes.winogradInput(x, 0, new int[] {0, 512, 1024, 1536, 2048, 2560}, 0, y, 0, 512, 0, 512, 1);
    lanes.winogradOutput(x, 0, 512, 0, y, 0, 512, 0, 512, 1);
    lanes.winogradGradient(x, 0, 512, 0, y, 0, 512, 0, 512, 1);
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

  @Override
  public void winogradInput(
      float[] x,
      int at,
      int[] offsets,
      int xMove,
      float[] y,
      int to,
      int yStep,
      int yMove,
      int n,
      int count) {
    (transforms.simd(6L * n * count) ? simd : plain)
        .winogradInput(x, at, offsets, xMove, y, to, yStep, yMove, n, count);
  }

  @Override
  public void winogradOutput(
      float[] x,
      int at,
      int xStep,
      int xMove,
      float[] y,
      int to,
      int yStep,
      int yMove,
      int n,
      int count) {
    (transforms.simd(6L * n * count) ? simd : plain)
        .winogradOutput(x, at, xStep, xMove, y, to, yStep, yMove, n, count);
  }

  @Override
  public void winogradGradient(
      float[] x,
      int at,
      int xStep,
      int xMove,
      float[] y,
      int to,
      int yStep,
      int yMove,
      int n,
      int count) {
    (transforms.simd(6L * n * count) ? simd : plain)
        .winogradGradient(x, at, xStep, xMove, y, to, yStep, yMove, n, count);
  }

  @Override
  public void gemmInPlace(
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
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate,
      int count,
      int aMove,
      int bMove,
      int cMove) {
    (gemmInPlace.simd((long) rows * cols * inner * count) ? simd : plain)
        .gemmInPlace(
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
            c,
            cOffset,
            cRowStride,
            accumulate,
            count,
            aMove,
            bMove,
            cMove);
  }

  @Override
  public void transpose(float[] x, int at, int[] xRows, float[] y, int to, int[] yRows) {
    (transpose.simd((long) xRows.length * yRows.length) ? simd : plain)
        .transpose(x, at, xRows, y, to, yRows);
  }

  @Override
  public void dots(
      float[] a, int aOffset, float[] b, int bOffset, int[] offsets, float[] y, int n) {
    (dots.simd((long) n * offsets.length) ? simd : plain)
        .dots(a, aOffset, b, bOffset, offsets, y, n);
  }
}
