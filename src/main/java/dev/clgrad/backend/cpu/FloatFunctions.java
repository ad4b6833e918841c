package dev.clgrad.backend.cpu;

/**
 * Functions of one float beside those of {@link FloatMath}, in the same way: computed in double
 * from exact operations, rounded to float once.
 */
final class FloatFunctions {
  /** 2^x is 0 or infinite beyond ±this. */
  private static final double EXP2_MAX = 160;

  /** sinh and cosh are infinite beyond ±this. */
  private static final double HYPERBOLIC_MAX = 90;

  /** 1 / ln 10. */
  private static final double LOG10_E = 0x1.bcb7b1526e50ep-2;

  /** tan(π/8): above it, arctan is π/4 and that of a smaller argument. */
  private static final double TAN_EIGHTH = 0x1.a827999fcef32p-2;

  /** erfc vanishes from here on. */
  private static final double ERFC_MAX = 10.5;

  /** e^x rounds to 0 from here on, also after a division by 20. */
  private static final double EXPONENT_MIN = -110;

  private static final double ROOT_HALF = 0x1.6a09e667f3bcdp-1;

  private FloatFunctions() {}

  static float exp2(float x) {
    double d = x;
    d = d > EXP2_MAX ? EXP2_MAX : d;
    d = d < -EXP2_MAX ? -EXP2_MAX : d;
    double t = d + FloatMath.ROUND;
    double r = (d - (t - FloatMath.ROUND)) * FloatMath.LN_2;
    double q = r * FloatMath.expPolynomial(r) + 1;
    return (float)
        Double.longBitsToDouble(
            Double.doubleToRawLongBits(q) + (Double.doubleToRawLongBits(t) << 52));
  }

  static float log2(float x) {
    return (float) logarithm(x, FloatMath.log2Of(x));
  }

  static float log10(float x) {
    return (float) logarithm(x, FloatMath.logOf(x) * LOG10_E);
  }

  /** A logarithm that was computed as if d were normal, positive and finite. */
  private static double logarithm(double d, double y) {
    double z = d > 0 ? y : Double.NaN;
    z = d == 0 ? Double.NEGATIVE_INFINITY : z;
    return d == Double.POSITIVE_INFINITY ? d : z;
  }

  static float tan(float x) {
    double d = x;
    if (!(Math.abs(d) <= FloatMath.TRIG_MAX)) {
      return (float) StrictMath.tan(d);
    }
    return (float) FloatMath.tanOf(d);
  }

  static float sinh(float x) {
    double d = Math.abs((double) x);
    d = d > HYPERBOLIC_MAX ? HYPERBOLIC_MAX : d;
    double e = FloatMath.expm1Of(d);
    return (float) Math.copySign(0.5 * (e + e / (e + 1)), x);
  }

  static float cosh(float x) {
    double d = Math.abs((double) x);
    d = d > HYPERBOLIC_MAX ? HYPERBOLIC_MAX : d;
    double e = FloatMath.expOf(d);
    return (float) (0.5 * (e + 1 / e));
  }

  static float asin(float x) {
    double a = Math.abs((double) x);
    double y = a <= 0.5 ? smallAsin(a) : HALF_PI - 2 * smallAsin(Math.sqrt(0.5 * (1 - a)));
    return (float) Math.copySign(y, x);
  }

  static float acos(float x) {
    double a = Math.abs((double) x);
    if (a <= 0.5) {
      return (float) (HALF_PI - Math.copySign(smallAsin(a), x));
    }
    double y = 2 * smallAsin(Math.sqrt(0.5 * (1 - a)));
    return (float) (x < 0 ? Math.PI - y : y);
  }

  private static final double HALF_PI = Math.PI / 2;

  /** arcsin s for s from 0 to 1/2; larger ones by arcsin a = π/2 - 2 arcsin √((1 - a) / 2). */
  private static double smallAsin(double s) {
    return s * SpecialPolynomials.at(s * s, SpecialPolynomials.ASIN);
  }

  static float atan(float x) {
    double a = Math.abs((double) x);
    boolean large = a > 1;
    double b = large ? 1 / a : a;
    boolean upper = b > TAN_EIGHTH;
    double s = upper ? (b - 1) / (b + 1) : b;
    double y = s * SpecialPolynomials.at(s * s, SpecialPolynomials.ATAN);
    y = upper ? Math.PI / 4 + y : y;
    return (float) Math.copySign(large ? HALF_PI - y : y, x);
  }

  static float asinh(float x) {
    double a = Math.abs((double) x);
    double y = log1pOf(a + a * a / (1 + Math.sqrt(1 + a * a)));
    return (float) Math.copySign(a == Double.POSITIVE_INFINITY ? a : y, x);
  }

  static float acosh(float x) {
    double w = (double) x - 1;
    return (float) (w >= 0 ? log1pOf(w + Math.sqrt(w * (w + 2))) : Double.NaN);
  }

  static float atanh(float x) {
    double a = Math.abs((double) x);
    return (float) Math.copySign(0.5 * log1pOf(2 * a / (1 - a)), x);
  }

  /** ln (1 + d), precise near 0; NaN below -1. */
  private static double log1pOf(double d) {
    double u = 1 + d;
    double y = FloatMath.logOf(u) + (d - (u - 1)) / u;
    y = u > 0 ? y : Double.NaN;
    return d == Double.POSITIVE_INFINITY ? d : y;
  }

  static float erf(float x) {
    double a = Math.abs((double) x);
    double y = a <= 0.5 ? smallErf(a) : 1 - largeErfc(a);
    return (float) Math.copySign(y, x);
  }

  static float erfc(float x) {
    double d = x;
    if (Math.abs(d) <= 0.5) {
      return (float) (1 - smallErf(d));
    }
    double y = largeErfc(Math.abs(d));
    return (float) (d < 0 ? 2 - y : y);
  }

  /** ½ erfc(-x / √2). */
  static float normal(float x) {
    double z = x * -ROOT_HALF;
    double a = Math.abs(z);
    if (a <= 0.5) {
      return (float) (0.5 - 0.5 * smallErf(z));
    }
    double y = 0.5 * largeErfc(a, -0.5 * ((double) x * x));
    return (float) (z < 0 ? 1 - y : y);
  }

  private static double smallErf(double d) {
    return d * SpecialPolynomials.at(d * d, SpecialPolynomials.ERF_FLOAT);
  }

  /** erfc d from 1/2 on, for a float d, whose square is exact. */
  private static double largeErfc(double d) {
    return largeErfc(d, -d * d);
  }

  /** erfc d from 1/2 on, given -d². */
  private static double largeErfc(double d, double power) {
    double b = (d > ERFC_MAX ? ERFC_MAX : d) + 3;
    return FloatMath.expOf(power < EXPONENT_MIN ? EXPONENT_MIN : power)
        * SpecialPolynomials.at(3 / b - 0.5, SpecialPolynomials.ERFC_FLOAT)
        / b;
  }
}
