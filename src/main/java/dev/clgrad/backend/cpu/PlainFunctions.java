package dev.clgrad.backend.cpu;

import dev.clgrad.backend.FunctionLanes;

/** The functions that have no SIMD form, one element at a time. */
abstract class PlainFunctions implements FunctionLanes {
  @Override
  public final void exp2(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.exp2(x[i]);
    }
  }

  @Override
  public final void log2(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.log2(x[i]);
    }
  }

  @Override
  public final void log10(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.log10(x[i]);
    }
  }

  @Override
  public final void tan(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.tan(x[i]);
    }
  }

  @Override
  public final void sinh(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.sinh(x[i]);
    }
  }

  @Override
  public final void cosh(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.cosh(x[i]);
    }
  }

  @Override
  public final void asin(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.asin(x[i]);
    }
  }

  @Override
  public final void acos(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.acos(x[i]);
    }
  }

  @Override
  public final void atan(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.atan(x[i]);
    }
  }

  @Override
  public final void asinh(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.asinh(x[i]);
    }
  }

  @Override
  public final void acosh(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.acosh(x[i]);
    }
  }

  @Override
  public final void atanh(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.atanh(x[i]);
    }
  }

  @Override
  public final void erf(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.erf(x[i]);
    }
  }

  @Override
  public final void erfc(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.erfc(x[i]);
    }
  }

  @Override
  public final void erfinv(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (float) DoubleFunctions.erfinv(x[i]);
    }
  }

  @Override
  public final void lgamma(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (float) DoubleFunctions.lgamma(x[i]);
    }
  }

  @Override
  public final void digamma(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (float) DoubleFunctions.digamma(x[i]);
    }
  }

  @Override
  public final void normal(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = FloatFunctions.normal(x[i]);
    }
  }

  @Override
  public final void polygamma(int order, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (float) Polygamma.of(order, x[i]);
    }
  }

  @Override
  public final void exp2(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = DoubleFunctions.exp2(x[i]);
    }
  }

  @Override
  public final void log2(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = DoubleFunctions.log2(x[i]);
    }
  }

  @Override
  public final void log10(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.log10(x[i]);
    }
  }

  @Override
  public final void tan(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.tan(x[i]);
    }
  }

  @Override
  public final void sinh(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.sinh(x[i]);
    }
  }

  @Override
  public final void cosh(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.cosh(x[i]);
    }
  }

  @Override
  public final void asin(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.asin(x[i]);
    }
  }

  @Override
  public final void acos(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.acos(x[i]);
    }
  }

  @Override
  public final void atan(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = StrictMath.atan(x[i]);
    }
  }

  @Override
  public final void asinh(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = DoubleFunctions.asinh(x[i]);
    }
  }

  @Override
  public final void acosh(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = DoubleFunctions.acosh(x[i]);
    }
  }

  @Override
  public final void atanh(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = DoubleFunctions.atanh(x[i]);
    }
  }

  @Override
  public final void erf(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = DoubleFunctions.erf(x[i]);
    }
  }

  @Override
  public final void erfc(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = DoubleFunctions.erfc(x[i]);
    }
  }

  @Override
  public final void erfinv(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = DoubleFunctions.erfinv(x[i]);
    }
  }

  @Override
  public final void lgamma(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = DoubleFunctions.lgamma(x[i]);
    }
  }

  @Override
  public final void digamma(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = DoubleFunctions.digamma(x[i]);
    }
  }

  @Override
  public final void normal(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = DoubleFunctions.normal(x[i]);
    }
  }

  @Override
  public final void polygamma(int order, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Polygamma.of(order, x[i]);
    }
  }
}
