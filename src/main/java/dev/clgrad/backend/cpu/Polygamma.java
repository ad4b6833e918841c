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
    if (order == 1) {
      return first(x);
    }
    double factor = -1;
    for (int k = 1; k <= order; k++) {
      factor *= -k;
    }
    return factor * zeta(order + 1, x);
  }

  /**
   * Order 1, to the precision of PyTorch, 5e-10: six steps of recurrence, and the asymptotic series
   * (Abramowitz and Stegun 6.4.12) as far as PyTorch takes it. What lies below 0 is reflected: all
   * terms of both directions are (π / sin πx)².
   */
  private static double first(double x) {
    double t = x < 0.5 ? 1 - x : x;
    double sum = 0;
    for (int k = 0; k < 6; k++) {
      sum += 1 / (t * t);
      t += 1;
    }
    double z = 1 / (t * t);
    double series = z * (1 / 6.0 - z * (1 / 30.0 - z / 42));
    double y = sum + (1 + 0.5 / t + series) / t;
    if (!(x < 0.5)) {
      return y;
    }
    // Where no fraction is left, x stands for any number near it; PyTorch takes the sine of the
    // rounded product.
    double angle = Math.PI * (x <= -WHOLE ? x : x - Math.rint(x));
    double quotient = Math.PI / StrictMath.sin(angle);
    return quotient * quotient - y;
  }

  /**
   * ζ(s, x). For a negative x, all terms of both directions from the integer next to it, less those
   * below x.
   */
  private static double zeta(int s, double x) {
    if (!(x < 0)) {
      return zetaOfPositive(s, x);
    }
    double f = x - Math.rint(x);
    double sign = s % 2 == 0 ? 1 : -1;
    double both = power(f, s) + zetaOfPositive(s, 1 + f) + sign * zetaOfPositive(s, 1 - f);
    return both - sign * zetaOfPositive(s, 1 - x);
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
