package dev.clgrad.backend.cpu;

import static dev.clgrad.backend.cpu.SpecialPolynomials.at;

/**
 * Functions of one double that {@link StrictMath} does not have, from exact operations and from
 * those that it has.
 */
final class DoubleFunctions {
  /** Above this, 1 + x² is x². */
  private static final double HUGE = 0x1p28;

  /** erfc vanishes from here on. */
  private static final double ERFC_MAX = 27.5;

  /** All but the low half of a double's bits: the square of what is left is exact. */
  private static final long HIGH_BITS = 0xfffffffff8000000L;

  /** ½ ln 2π - ½. */
  private static final double STIRLING = 0x1.acfe390c97d69p-2;

  /** Stirling's series for lgamma and digamma is good from here on. */
  private static final double ASYMPTOTIC = 10;

  /** Stirling's series, B(2k) / (2k (2k - 1)) in 1/x². */
  private static final double[] LGAMMA_SERIES = {
    1 / 12.0, -1 / 360.0, 1 / 1260.0, -1 / 1680.0, 1 / 1188.0, -691 / 360360.0, 1 / 156.0
  };

  /** The series of its derivative, B(2k) / (2k) in 1/x². */
  private static final double[] DIGAMMA_SERIES = {
    1 / 12.0, -1 / 120.0, 1 / 252.0, -1 / 240.0, 1 / 132.0, -691 / 32760.0, 1 / 12.0
  };

  /** Where digamma is 0, in two parts. */
  private static final double ROOT = 0x1.762d86356be3fp+0;

  private static final double ROOT_LOW = 0x1.b86a722197829p-54;

  private static final double ROOT_HALF = 0x1.6a09e667f3bcdp-1;

  private DoubleFunctions() {}

  static double exp2(double x) {
    return StrictMath.pow(2, x);
  }

  /** The exponent and the logarithm of the mantissa, which lies between √½ and √2. */
  static double log2(double x) {
    if (!(x > 0 && x < Double.POSITIVE_INFINITY)) {
      return StrictMath.log(x);
    }
    double scaled = x < Double.MIN_NORMAL ? x * 0x1p54 : x;
    int exponent = Math.getExponent(scaled);
    double mantissa = Math.scalb(scaled, -exponent);
    if (mantissa > Math.sqrt(2)) {
      mantissa *= 0.5;
      exponent++;
    }
    return (x < Double.MIN_NORMAL ? exponent - 54 : exponent)
        + StrictMath.log(mantissa) * FloatMath.LOG2_E;
  }

  static double asinh(double x) {
    double a = Math.abs(x);
    double y =
        a > HUGE
            ? StrictMath.log(a) + FloatMath.LN_2
            : StrictMath.log1p(a + a * a / (1 + Math.sqrt(1 + a * a)));
    return Math.copySign(y, x);
  }

  static double acosh(double x) {
    if (x > HUGE) {
      return StrictMath.log(x) + FloatMath.LN_2;
    }
    double w = x - 1;
    return w >= 0 ? StrictMath.log1p(w + Math.sqrt(w * (w + 2))) : Double.NaN;
  }

  static double atanh(double x) {
    double a = Math.abs(x);
    return Math.copySign(0.5 * StrictMath.log1p(2 * a / (1 - a)), x);
  }

  static double erf(double x) {
    double a = Math.abs(x);
    double y = a <= 0.5 ? a * at(a * a, SpecialPolynomials.ERF) : 1 - largeErfc(a);
    return Math.copySign(y, x);
  }

  static double erfc(double x) {
    if (Math.abs(x) <= 0.5) {
      return 1 - x * at(x * x, SpecialPolynomials.ERF);
    }
    double y = largeErfc(Math.abs(x));
    return x < 0 ? 2 - y : y;
  }

  /** ½ erfc(-x / √2). */
  static double normal(double x) {
    double z = x * -ROOT_HALF;
    if (Math.abs(z) <= 0.5) {
      return 0.5 - 0.5 * (z * at(z * z, SpecialPolynomials.ERF));
    }
    double a = Math.min(Math.abs(x), 40);
    double y = 0.5 * (rootOfPower(a) * scaledErfc(a * ROOT_HALF));
    return z < 0 ? 1 - y : y;
  }

  /** erfc x from 1/2 on: e^-x² and a smooth factor. */
  private static double largeErfc(double x) {
    double a = Math.min(x, ERFC_MAX);
    // The rounding error of x² would be multiplied by x² itself.
    double high = withoutLowBits(a);
    double power = StrictMath.exp(-high * high) * StrictMath.exp((high - a) * (high + a));
    return power * scaledErfc(a);
  }

  /** e^(-x²/2). */
  private static double rootOfPower(double x) {
    double high = withoutLowBits(x);
    return StrictMath.exp(-0.5 * (high * high)) * StrictMath.exp(0.5 * ((high - x) * (high + x)));
  }

  /** e^x² erfc x, from 1/2 on. */
  private static double scaledErfc(double x) {
    double b = x + 3;
    return at(3 / b - 0.5, SpecialPolynomials.ERFC) / b;
  }

  private static double withoutLowBits(double x) {
    return Double.longBitsToDouble(Double.doubleToRawLongBits(x) & HIGH_BITS);
  }

  /**
   * x times a polynomial in w = -ln(1 - x²), or in √w towards ±1: the form that M. Giles gave it
   * ("Approximating the erfinv function", 2010), with coefficients of our own.
   */
  static double erfinv(double x) {
    double a = Math.abs(x);
    if (a == 1) {
      return x * Double.POSITIVE_INFINITY;
    }
    double w = -StrictMath.log((1 - x) * (1 + x));
    if (w < 6.25) {
      return x * at(w - 3.125, SpecialPolynomials.ERFINV_CENTER);
    }
    double s = Math.sqrt(w);
    return x
        * (w < 16
            ? at(s - 3.25, SpecialPolynomials.ERFINV_MIDDLE)
            : at(s - 5, SpecialPolynomials.ERFINV_TAIL));
  }

  /**
   * Polynomials around the zeros at 1 and 2, the recurrence Γ(x + 1) = x Γ(x) up to 10, Stirling's
   * series from there on, and Γ(x) Γ(-x) = -π / (x sin πx) for negative numbers.
   */
  static double lgamma(double x) {
    double a = Math.abs(x);
    if (a < 0x1p-60) {
      return -StrictMath.log(a);
    }
    if (x > 0) {
      return lgammaOfPositive(x);
    }
    double f = a - Math.rint(a);
    if (f == 0 || a == Double.POSITIVE_INFINITY) {
      return Double.POSITIVE_INFINITY;
    }
    return StrictMath.log(Math.PI / (a * Math.abs(StrictMath.sin(Math.PI * f))))
        - lgammaOfPositive(a);
  }

  private static double lgammaOfPositive(double x) {
    if (x < 0.5) {
      return x * at(x, SpecialPolynomials.LGAMMA_1) - StrictMath.log(x);
    }
    if (x <= 1.5) {
      return (x - 1) * at(x - 1, SpecialPolynomials.LGAMMA_1);
    }
    if (x < ASYMPTOTIC) {
      double t = x;
      double product = 1;
      while (t > 3) {
        t -= 1;
        product *= t;
      }
      double y = (t - 2) * at(t - 2, SpecialPolynomials.LGAMMA_2);
      return x > 3 ? y + StrictMath.log(product) : y;
    }
    if (x == Double.POSITIVE_INFINITY) {
      return x;
    }
    double r = 1 / x;
    return (x - 0.5) * (StrictMath.log(x) - 1) + (STIRLING + r * at(r * r, LGAMMA_SERIES));
  }

  /**
   * A polynomial around the zero between 1 and 2, the recurrence ψ(x + 1) = ψ(x) + 1/x up to 10,
   * the asymptotic series from there on, and ψ(x) = ψ(1 - x) - π / tan πx for negative numbers.
   */
  static double digamma(double x) {
    if (x == 0) {
      return -1 / x;
    }
    if (x > 0) {
      return digammaOfPositive(x);
    }
    double f = x - Math.rint(x);
    if (f == 0 || x == Double.NEGATIVE_INFINITY) {
      return Double.NaN;
    }
    return digammaOfPositive(1 - x) - Math.PI / StrictMath.tan(Math.PI * f);
  }

  private static double digammaOfPositive(double x) {
    if (x >= ASYMPTOTIC) {
      double r = 1 / x;
      return StrictMath.log(x) - 0.5 * r - r * r * at(r * r, DIGAMMA_SERIES);
    }
    double t = x < 1 ? x + 1 : x;
    double sum = 0;
    while (t > 2) {
      t -= 1;
      sum += 1 / t;
    }
    double y = (t - ROOT - ROOT_LOW) * at(t - 1.5, SpecialPolynomials.DIGAMMA);
    return x < 1 ? y - 1 / x : y + sum;
  }
}
