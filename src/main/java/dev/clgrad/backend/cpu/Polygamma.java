package dev.clgrad.backend.cpu;

/**
 * The derivatives of digamma: of order n, (-1)^(n+1) n! ζ(n + 1, x) with Hurwitz' ζ(s, x) = Σ (x +
 * k)^-s over k from 0 on.
 */
final class Polygamma {
  /** Terms added up before the rest is an integral with its corrections. */
  private static final int TERMS = 10;

  /** B(2j) / (2j)!. */
  private static final double[] CORRECTIONS = {
    1 / 12.0,
    -1 / 720.0,
    1 / 30240.0,
    -1 / 1209600.0,
    1 / 47900160.0,
    -691 / 1307674368000.0,
    1 / 74724249600.0,
    -3617 / 10670622842880000.0
  };

  /** From here on every double is an integer. */
  private static final double WHOLE = 0x1p52;

  private Polygamma() {}

  static double of(int order, double x) {
    double factor = -1;
    for (int k = 1; k <= order; k++) {
      factor *= -k;
    }
    return factor * zeta(order + 1, x);
  }

  /**
   * ζ(s, x). For a negative x, all terms of both directions from the integer next to it, less those
   * below x.
   */
  private static double zeta(int s, double x) {
    if (!(x < 0)) {
      return zetaOfPositive(s, x);
    }
    double sign = s % 2 == 0 ? 1 : -1;
    return bothDirections(s, x) - sign * zetaOfPositive(s, 1 - x);
  }

  /** Σ (x + k)^-s over all integers k, which for s = 2 is (π / sin πx)². */
  private static double bothDirections(int s, double x) {
    if (s == 2 && -x >= WHOLE) {
      // No fraction is left, so x stands for any number near it. PyTorch takes the sine of the
      // rounded product.
      double quotient = Math.PI / StrictMath.sin(Math.PI * x);
      return quotient * quotient;
    }
    double f = x - Math.rint(x);
    double sign = s % 2 == 0 ? 1 : -1;
    return power(f, s) + zetaOfPositive(s, 1 + f) + sign * zetaOfPositive(s, 1 - f);
  }

  /** By the Euler-Maclaurin formula (Abramowitz and Stegun 23.1.30). */
  private static double zetaOfPositive(int s, double x) {
    if (x == Double.POSITIVE_INFINITY) {
      return 0;
    }
    double sum = 0;
    for (int k = 0; k < TERMS; k++) {
      sum += power(x + k, s);
    }
    double a = x + TERMS;
    double first = power(a, s);
    double rest = first * a / (s - 1) + 0.5 * first;
    double term = first * s / a;
    for (int j = 0; j < CORRECTIONS.length; j++) {
      rest += term * CORRECTIONS[j];
      term *= (s + 2 * j + 1) * (s + 2 * j + 2.0) / (a * a);
    }
    return sum + rest;
  }

  /** x^-s. */
  private static double power(double x, int s) {
    double y = x;
    for (int k = 1; k < s; k++) {
      y *= x;
    }
    return 1 / y;
  }
}
