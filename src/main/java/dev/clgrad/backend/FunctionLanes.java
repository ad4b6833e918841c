package dev.clgrad.backend;

/**
 * Functions of one argument beside those of {@link Lanes}, with the same promise: the same bits
 * everywhere, from exact operations. The float forms compute in double and round once, and stay
 * within {@link Lanes#FLOAT_MAX_ULP}; the double forms stay within {@link #SPECIAL_MAX_ULP} of the
 * true value, where that is not near a zero that the function has between poles ({@code lgamma} and
 * {@code digamma} of negative numbers, {@code polygamma}).
 */
public interface FunctionLanes {
  /** No double form is further from the true value than this, in units in the last place. */
  double SPECIAL_MAX_ULP = 4;

  // ---- float ----

  /** y = 2^x. */
  void exp2(float[] x, float[] y, int n);

  /** y = the logarithm of x to base 2; -inf at 0, NaN below; whole at powers of 2. */
  void log2(float[] x, float[] y, int n);

  /** y = the logarithm of x to base 10; -inf at 0, NaN below. */
  void log10(float[] x, float[] y, int n);

  /** y = tan x, for all finite x; NaN at ±inf. */
  void tan(float[] x, float[] y, int n);

  /** y = sinh x. */
  void sinh(float[] x, float[] y, int n);

  /** y = cosh x. */
  void cosh(float[] x, float[] y, int n);

  /** y = arcsin x; NaN beyond ±1. */
  void asin(float[] x, float[] y, int n);

  /** y = arccos x; NaN beyond ±1. */
  void acos(float[] x, float[] y, int n);

  /** y = arctan x. */
  void atan(float[] x, float[] y, int n);

  /** y = arsinh x. */
  void asinh(float[] x, float[] y, int n);

  /** y = arcosh x; NaN below 1. */
  void acosh(float[] x, float[] y, int n);

  /** y = artanh x; ±inf at ±1, NaN beyond. */
  void atanh(float[] x, float[] y, int n);

  /** y = the error function, 2/√π ∫ e^-t² dt from 0 to x. */
  void erf(float[] x, float[] y, int n);

  /** y = 1 - erf(x), precise where that is small. */
  void erfc(float[] x, float[] y, int n);

  /** y = the inverse of the error function; ±inf at ±1, NaN beyond. */
  void erfinv(float[] x, float[] y, int n);

  /** y = ln |Γ(x)|; +inf at 0 and the negative integers. */
  void lgamma(float[] x, float[] y, int n);

  /** y = the derivative of ln Γ(x); ∓inf at ±0, NaN at the negative integers. */
  void digamma(float[] x, float[] y, int n);

  /** y = Φ(x), the share of the standard normal distribution below x. */
  void normal(float[] x, float[] y, int n);

  /** y = the derivative of digamma of an order from 1 on. */
  void polygamma(int order, float[] x, float[] y, int n);

  // ---- double ----

  /** y = 2^x. */
  void exp2(double[] x, double[] y, int n);

  /** y = the logarithm of x to base 2; -inf at 0, NaN below; whole at powers of 2. */
  void log2(double[] x, double[] y, int n);

  /** y = the logarithm of x to base 10; -inf at 0, NaN below. */
  void log10(double[] x, double[] y, int n);

  /** y = tan x, for all finite x; NaN at ±inf. */
  void tan(double[] x, double[] y, int n);

  /** y = sinh x. */
  void sinh(double[] x, double[] y, int n);

  /** y = cosh x. */
  void cosh(double[] x, double[] y, int n);

  /** y = arcsin x; NaN beyond ±1. */
  void asin(double[] x, double[] y, int n);

  /** y = arccos x; NaN beyond ±1. */
  void acos(double[] x, double[] y, int n);

  /** y = arctan x. */
  void atan(double[] x, double[] y, int n);

  /** y = arsinh x. */
  void asinh(double[] x, double[] y, int n);

  /** y = arcosh x; NaN below 1. */
  void acosh(double[] x, double[] y, int n);

  /** y = artanh x; ±inf at ±1, NaN beyond. */
  void atanh(double[] x, double[] y, int n);

  /** y = the error function, 2/√π ∫ e^-t² dt from 0 to x. */
  void erf(double[] x, double[] y, int n);

  /** y = 1 - erf(x), precise where that is small. */
  void erfc(double[] x, double[] y, int n);

  /** y = the inverse of the error function; ±inf at ±1, NaN beyond. */
  void erfinv(double[] x, double[] y, int n);

  /** y = ln |Γ(x)|; +inf at 0 and the negative integers. */
  void lgamma(double[] x, double[] y, int n);

  /** y = the derivative of ln Γ(x); ∓inf at ±0, NaN at the negative integers. */
  void digamma(double[] x, double[] y, int n);

  /** y = Φ(x), the share of the standard normal distribution below x. */
  void normal(double[] x, double[] y, int n);

  /** y = the derivative of digamma of an order from 1 on. */
  void polygamma(int order, double[] x, double[] y, int n);
}
