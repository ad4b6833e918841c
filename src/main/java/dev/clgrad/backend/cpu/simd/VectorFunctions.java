package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.cpu.FloatMath.EXPM1_MIN;
import static dev.clgrad.backend.cpu.FloatMath.EXP_MAX;
import static dev.clgrad.backend.cpu.FloatMath.EXP_MIN;
import static dev.clgrad.backend.cpu.FloatMath.TANH_MAX;
import static dev.clgrad.backend.cpu.FloatMath.TRIG_MAX;

import dev.clgrad.backend.cpu.FloatMath;
import java.util.Arrays;

/**
 * The float functions, chunk by chunk: to doubles, through {@link VectorMath} and back. Tails and
 * rare arguments are {@link FloatMath}'s.
 *
 * <p>The passes over a chunk, which lies in the first-level cache, are loops of their own for the
 * sake of Java 17's JIT compiler. In a method that has grown large it stops to inline our methods,
 * and where a process uses float vectors of two widths it compiles operations for both; either way
 * vectors go to the heap, and the loop takes three to ten times as long.
 */
final class VectorFunctions {
  private static final int CHUNK = 512;
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  private VectorFunctions() {}

  private static int whole(int n) {
    return n - n % VectorConversion.LANES;
  }

  private static double[] scratch(int n) {
    return new double[Math.min(CHUNK, whole(n))];
  }

  /** y = e^(x - shift). */
  static void exp(float[] x, int xAt, float shift, float[] y, int yAt, int n) {
    double[] d = scratch(n);
    int end = whole(n);
    for (int i = 0; i < end; i += CHUNK) {
      int m = Math.min(CHUNK, end - i);
      VectorConversion.widen(x, xAt + i, shift, EXP_MIN, EXP_MAX, d, m);
      VectorMath.exp(1, d, m);
      VectorConversion.narrow(d, y, yAt + i, m);
    }
    for (int i = end; i < n; i++) {
      y[yAt + i] = FloatMath.exp(x[xAt + i] - shift);
    }
  }

  static void expm1(float[] x, float[] y, int n) {
    double[] d = scratch(n);
    int end = whole(n);
    for (int i = 0; i < end; i += CHUNK) {
      int m = Math.min(CHUNK, end - i);
      VectorConversion.widen(x, i, 0, EXPM1_MIN, EXP_MAX, d, m);
      VectorMath.expm1(1, d, m);
      VectorConversion.narrow(d, x, y, i, m);
    }
    for (int i = end; i < n; i++) {
      y[i] = FloatMath.expm1(x[i]);
    }
  }

  static void tanh(float[] x, float[] y, int n) {
    double[] d = scratch(n);
    int end = whole(n);
    for (int i = 0; i < end; i += CHUNK) {
      int m = Math.min(CHUNK, end - i);
      VectorConversion.widen(x, i, 0, -TANH_MAX, TANH_MAX, d, m);
      VectorMath.expm1(2, d, m);
      VectorMath.overTwoMore(d, m);
      VectorConversion.narrow(d, x, y, i, m);
    }
    for (int i = end; i < n; i++) {
      y[i] = FloatMath.tanh(x[i]);
    }
  }

  static void sigmoid(float[] x, float[] y, int n) {
    double[] d = scratch(n);
    int end = whole(n);
    for (int i = 0; i < end; i += CHUNK) {
      int m = Math.min(CHUNK, end - i);
      VectorConversion.widen(x, i, 0, EXP_MIN, EXP_MAX, d, m);
      VectorMath.exp(-1, d, m);
      VectorMath.reciprocalOfOneMore(d, m);
      VectorConversion.narrow(d, y, i, m);
    }
    for (int i = end; i < n; i++) {
      y[i] = FloatMath.sigmoid(x[i]);
    }
  }

  static void log(float[] x, float[] y, int n) {
    double[] d = scratch(n);
    int end = whole(n);
    for (int i = 0; i < end; i += CHUNK) {
      int m = Math.min(CHUNK, end - i);
      VectorConversion.widen(x, i, INFINITY, d, m);
      VectorMath.log(d, m);
      VectorConversion.narrow(d, x, 0, y, i, m);
    }
    for (int i = end; i < n; i++) {
      y[i] = FloatMath.log(x[i]);
    }
  }

  static void log1p(float[] x, float[] y, int n) {
    double[] d = scratch(n);
    double[] u = scratch(n);
    int end = whole(n);
    for (int i = 0; i < end; i += CHUNK) {
      int m = Math.min(CHUNK, end - i);
      VectorConversion.widen(x, i, INFINITY, d, m);
      VectorMath.oneMore(d, u, m);
      VectorMath.log(u, m);
      VectorMath.smallLog1p(d, u, m);
      VectorConversion.narrow(u, x, -1, y, i, m);
    }
    for (int i = end; i < n; i++) {
      y[i] = FloatMath.log1p(x[i]);
    }
  }

  static void sin(float[] x, float[] y, int n) {
    double[] d = scratch(n);
    double[] t = scratch(n);
    int end = whole(n);
    for (int i = 0; i < end; i += CHUNK) {
      int m = Math.min(CHUNK, end - i);
      if (VectorConversion.widen(x, i, TRIG_MAX, d, m)) {
        VectorMath.trigReduce(d, t, m);
        VectorMath.trigSelect(d, t, 0, m);
        VectorMath.trigSign(d, t, 0, m);
        VectorConversion.narrow(d, y, i, m);
      } else {
        for (int j = i; j < i + m; j++) {
          y[j] = FloatMath.sin(x[j]);
        }
      }
    }
    for (int i = end; i < n; i++) {
      y[i] = FloatMath.sin(x[i]);
    }
  }

  static void cos(float[] x, float[] y, int n) {
    double[] d = scratch(n);
    double[] t = scratch(n);
    int end = whole(n);
    for (int i = 0; i < end; i += CHUNK) {
      int m = Math.min(CHUNK, end - i);
      if (VectorConversion.widen(x, i, TRIG_MAX, d, m)) {
        VectorMath.trigReduce(d, t, m);
        VectorMath.trigSelect(d, t, 1, m);
        VectorMath.trigSign(d, t, 1, m);
        VectorConversion.narrow(d, y, i, m);
      } else {
        for (int j = i; j < i + m; j++) {
          y[j] = FloatMath.cos(x[j]);
        }
      }
    }
    for (int i = end; i < n; i++) {
      y[i] = FloatMath.cos(x[i]);
    }
  }

  static void pow(float[] x, float[] p, float[] y, int n) {
    double[] d = scratch(n);
    double[] e = scratch(n);
    double[] v = scratch(n);
    int end = whole(n);
    for (int i = 0; i < end; i += CHUNK) {
      int m = Math.min(CHUNK, end - i);
      boolean finite = VectorConversion.widen(x, i, Float.MAX_VALUE, d, m);
      finite &= VectorConversion.widen(p, i, Float.MAX_VALUE, e, m);
      VectorMath.powLog2(d, v, m);
      VectorMath.powProduct(d, e, v, m);
      VectorMath.powExp2(v, m);
      VectorMath.powSigns(d, e, v, m);
      VectorConversion.narrow(v, y, i, m);
      for (int j = 0; !finite && j < m; j++) {
        if (!Double.isFinite(d[j]) || !Double.isFinite(e[j])) {
          y[i + j] = FloatMath.pow((float) d[j], (float) e[j]);
        }
      }
    }
    for (int i = end; i < n; i++) {
      y[i] = FloatMath.pow(x[i], p[i]);
    }
  }

  static void pow(float[] x, float p, float[] y, int n) {
    if (!Float.isFinite(p)) {
      for (int i = 0; i < n; i++) {
        y[i] = FloatMath.pow(x[i], p);
      }
      return;
    }
    double[] d = scratch(n);
    double[] e = scratch(n);
    double[] v = scratch(n);
    Arrays.fill(e, p);
    int end = whole(n);
    for (int i = 0; i < end; i += CHUNK) {
      int m = Math.min(CHUNK, end - i);
      boolean finite = VectorConversion.widen(x, i, Float.MAX_VALUE, d, m);
      VectorMath.powLog2(d, v, m);
      VectorMath.powProduct(d, e, v, m);
      VectorMath.powExp2(v, m);
      VectorMath.powSigns(d, e, v, m);
      VectorConversion.narrow(v, y, i, m);
      for (int j = 0; !finite && j < m; j++) {
        if (!Double.isFinite(d[j])) {
          y[i + j] = FloatMath.pow((float) d[j], p);
        }
      }
    }
    for (int i = end; i < n; i++) {
      y[i] = FloatMath.pow(x[i], p);
    }
  }
}
