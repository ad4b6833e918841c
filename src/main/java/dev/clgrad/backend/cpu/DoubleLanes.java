package dev.clgrad.backend.cpu;

import dev.clgrad.backend.Lanes;

/**
 * The functions of doubles, one element at a time by {@link StrictMath}, which gives the same bits
 * on every machine.
 */
abstract class DoubleLanes extends PlainFunctions implements Lanes {
  @Override
  public final void exp(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.exp(x[i]);
    }
  }

  @Override
  public final void expm1(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.expm1(x[i]);
    }
  }

  @Override
  public final void log(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.log(x[i]);
    }
  }

  @Override
  public final void log1p(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.log1p(x[i]);
    }
  }

  @Override
  public final void sqrt(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.sqrt(x[i]);
    }
  }

  @Override
  public final void tanh(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.tanh(x[i]);
    }
  }

  @Override
  public final void sigmoid(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = sigmoid(x[i]);
    }
  }

  @Override
  public final void sin(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.sin(x[i]);
    }
  }

  @Override
  public final void cos(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.cos(x[i]);
    }
  }

  @Override
  public final void pow(double[] x, double[] p, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = pow(x[i], p[i]);
    }
  }

  @Override
  public final void pow(double[] x, double p, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = pow(x[i], p);
    }
  }

  @Override
  public final double expShifted(
      double[] x, int xOffset, double shift, double[] y, int yOffset, int n) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = StrictMath.exp(x[xOffset + i] - shift);
    }
    return sum(y, yOffset, n);
  }

  private static double sigmoid(double x) {
    if (x < 0) {
      // e^-x would overflow long before the result vanishes.
      double e = StrictMath.exp(x);
      return e / (1 + e);
    }
    return 1 / (1 + StrictMath.exp(-x));
  }

  /** C99's pow: Java answers NaN where 1 has a NaN exponent or -1 an infinite one. */
  private static double pow(double x, double p) {
    if (x == 1 || (x == -1 && Double.isInfinite(p))) {
      return 1;
    }
    return StrictMath.pow(x, p);
  }
}
