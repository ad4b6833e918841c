package dev.clgrad.backend.cpu;

import static dev.clgrad.backend.WinogradLanes.P;
import static dev.clgrad.backend.WinogradLanes.Q;

/** Winograd's transforms of tiles in one dimension, one element at a time. */
public final class PlainWinograd {
  private static final float P2 = P * P;
  private static final float Q2 = Q * Q;
  private static final float P3 = P * P * P;
  private static final float Q3 = Q * Q * Q;
  private static final float PRODUCT = P2 * Q2;
  private static final float SUM = P2 + Q2;

  private PlainWinograd() {}

  private static float multiplyAdd(float a, float b, float c) {
    return FusedMultiplyAdd.FAST ? Math.fma(a, b, c) : a * b + c;
  }

  /** The elements from {@code begin} on of {@link dev.clgrad.backend.WinogradLanes}. */
  public static void input(
      float[] x, int at, int[] offsets, float[] y, int to, int yStep, int begin, int n) {
    for (int i = begin; i < n; i++) {
      float d0 = x[at + offsets[0] + i];
      float d1 = x[at + offsets[1] + i];
      float d2 = x[at + offsets[2] + i];
      float d3 = x[at + offsets[3] + i];
      float d4 = x[at + offsets[4] + i];
      float d5 = x[at + offsets[5] + i];
      float even1 = multiplyAdd(d2, -Q2, d4);
      float odd1 = multiplyAdd(d1, -Q2, d3) * P;
      float even2 = multiplyAdd(d2, -P2, d4);
      float odd2 = multiplyAdd(d1, -P2, d3) * Q;
      int k = to + i;
      y[k] = multiplyAdd(d0, PRODUCT, multiplyAdd(d2, -SUM, d4));
      y[k + yStep] = even1 + odd1;
      y[k + 2 * yStep] = even1 - odd1;
      y[k + 3 * yStep] = even2 + odd2;
      y[k + 4 * yStep] = even2 - odd2;
      y[k + 5 * yStep] = multiplyAdd(d1, PRODUCT, multiplyAdd(d3, -SUM, d5));
    }
  }

  /** The elements from {@code begin} on of {@link dev.clgrad.backend.WinogradLanes}. */
  public static void output(
      float[] x, int at, int xStep, float[] y, int to, int yStep, int begin, int n) {
    for (int i = begin; i < n; i++) {
      int k = at + i;
      float sum1 = x[k + xStep] + x[k + 2 * xStep];
      float difference1 = x[k + xStep] - x[k + 2 * xStep];
      float sum2 = x[k + 3 * xStep] + x[k + 4 * xStep];
      float difference2 = x[k + 3 * xStep] - x[k + 4 * xStep];
      float last = multiplyAdd(difference1, P3, x[k + 5 * xStep]);
      y[to + i] = x[k] + sum1 + sum2;
      y[to + i + yStep] = multiplyAdd(difference2, Q, difference1 * P);
      y[to + i + 2 * yStep] = multiplyAdd(sum2, Q2, sum1 * P2);
      y[to + i + 3 * yStep] = multiplyAdd(difference2, Q3, last);
    }
  }

  /** The elements from {@code begin} on of {@link dev.clgrad.backend.WinogradLanes}. */
  public static void gradient(
      float[] x, int at, int xStep, float[] y, int to, int yStep, int begin, int n) {
    for (int i = begin; i < n; i++) {
      float g0 = x[at + i];
      float g1 = x[at + i + xStep];
      float g2 = x[at + i + 2 * xStep];
      float g3 = x[at + i + 3 * xStep];
      float even1 = multiplyAdd(g2, P2, g0);
      float odd1 = multiplyAdd(g3, P2, g1) * P;
      float even2 = multiplyAdd(g2, Q2, g0);
      float odd2 = multiplyAdd(g3, Q2, g1) * Q;
      int k = to + i;
      y[k] = g0;
      y[k + yStep] = even1 + odd1;
      y[k + 2 * yStep] = even1 - odd1;
      y[k + 3 * yStep] = even2 + odd2;
      y[k + 4 * yStep] = even2 - odd2;
      y[k + 5 * yStep] = g3;
    }
  }

  /** Transposes a matrix, eight rows of x at a time, of which the last may be some again. */
  static void transpose(float[] x, int at, int[] xRows, float[] y, int to, int[] yRows) {
    for (int row = 0; row < xRows.length; row += 8) {
      int i = Math.min(row, xRows.length - 8);
      int x0 = at + xRows[i];
      int x1 = at + xRows[i + 1];
      int x2 = at + xRows[i + 2];
      int x3 = at + xRows[i + 3];
      int x4 = at + xRows[i + 4];
      int x5 = at + xRows[i + 5];
      int x6 = at + xRows[i + 6];
      int x7 = at + xRows[i + 7];
      for (int j = 0; j < yRows.length; j++) {
        int k = to + yRows[j] + i;
        y[k] = x[x0 + j];
        y[k + 1] = x[x1 + j];
        y[k + 2] = x[x2 + j];
        y[k + 3] = x[x3 + j];
        y[k + 4] = x[x4 + j];
        y[k + 5] = x[x5 + j];
        y[k + 6] = x[x6 + j];
        y[k + 7] = x[x7 + j];
      }
    }
  }

  /** Products of one range with several. */
  static void dots(
      float[] a, int aOffset, float[] b, int bOffset, int[] offsets, float[] y, int n) {
    for (int k = 0; k < offsets.length; k++) {
      int from = bOffset + offsets[k];
      float[] sums = new float[16];
      for (int i = 0; i < n; i += 16) {
        for (int lane = 0; lane < 16; lane++) {
          sums[lane] = multiplyAdd(a[aOffset + i + lane], b[from + i + lane], sums[lane]);
        }
      }
      y[k] = fold(sums, 0);
    }
  }

  /** The sum of 16 neighbors by halving; overwrites them. */
  public static float fold(float[] sums, int at) {
    for (int half = 8; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        sums[at + lane] += sums[at + lane + half];
      }
    }
    return sums[at];
  }
}
