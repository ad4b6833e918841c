package dev.clgrad.backend.cpu.simd;

import dev.clgrad.backend.cpu.PlainLanes;

/** The primitives of convolutions with the Vector API, where its vectors are such that they fit. */
abstract class VectorConvolutions extends PlainLanes {
  VectorConvolutions() {}

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
    VectorWinograd.input(x, at, offsets, xMove, y, to, yStep, yMove, n, count);
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
    VectorWinograd.output(x, at, xStep, xMove, y, to, yStep, yMove, n, count);
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
    VectorWinograd.gradient(x, at, xStep, xMove, y, to, yStep, yMove, n, count);
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
    if (VectorInPlace.fits()) {
      VectorInPlace.run(
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
    } else {
      super.gemmInPlace(
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
  }

  @Override
  public void transpose(float[] x, int at, int[] xRows, float[] y, int to, int[] yRows) {
    if (VectorTranspose.fits()) {
      VectorTranspose.run(x, at, xRows, y, to, yRows);
    } else {
      super.transpose(x, at, xRows, y, to, yRows);
    }
  }

  @Override
  public void dots(
      float[] a, int aOffset, float[] b, int bOffset, int[] offsets, float[] y, int n) {
    if (VectorDots.fits()) {
      VectorDots.run(a, aOffset, b, bOffset, offsets, y, n);
    } else {
      super.dots(a, aOffset, b, bOffset, offsets, y, n);
    }
  }
}
