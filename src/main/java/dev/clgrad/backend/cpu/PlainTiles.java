package dev.clgrad.backend.cpu;

/** The primitives of convolutions in plain Java. */
abstract class PlainTiles extends DoubleLanes {
  PlainTiles() {}

  @Override
  public void reluGradient(float[] dy, float[] y, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      // Without a branch, which for numbers of any sign would be taken wrongly every other time.
      int bits = Float.floatToRawIntBits(y[i]);
      int nan = (0x7f800000 - (bits & 0x7fffffff)) >> 31;
      int keep = ~((bits | (bits - 1)) >> 31) | nan;
      dx[i] = Float.intBitsToFloat(Float.floatToRawIntBits(dy[i]) & keep);
    }
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
    for (int i = 0; i < count; i++) {
      PlainWinograd.input(x, at + i * xMove, offsets, y, to + i * yMove, yStep, 0, n);
    }
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
    for (int i = 0; i < count; i++) {
      PlainWinograd.output(x, at + i * xMove, xStep, y, to + i * yMove, yStep, 0, n);
    }
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
    for (int i = 0; i < count; i++) {
      PlainWinograd.gradient(x, at + i * xMove, xStep, y, to + i * yMove, yStep, 0, n);
    }
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
    for (int i = 0; i < count; i++) {
      gemm(
          rows,
          cols,
          inner,
          a,
          aOffset + i * aMove,
          aRowStride,
          aColStride,
          b,
          bOffset + i * bMove,
          bRowStride,
          1,
          c,
          cOffset + i * cMove,
          cRowStride,
          accumulate);
    }
  }

  @Override
  public void transpose(float[] x, int at, int[] xRows, float[] y, int to, int[] yRows) {
    PlainWinograd.transpose(x, at, xRows, y, to, yRows);
  }

  @Override
  public void dots(
      float[] a, int aOffset, float[] b, int bOffset, int[] offsets, float[] y, int n) {
    PlainWinograd.dots(a, aOffset, b, bOffset, offsets, y, n);
  }
}
