package dev.clgrad;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Decimal texts of numbers, rounded once from the exact binary value, ties to even, as C and Python
 * do. {@link String#format} rounds a rounded value, and differs from them in the last digit.
 */
final class Decimals {
  private Decimals() {}

  /** {@code nan}, {@code inf} or {@code -inf}. */
  static String nonFinite(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    return value > 0 ? "inf" : "-inf";
  }

  /** The number with that many digits after the point, and no point where there are none. */
  static String fixed(double value, int digits) {
    String magnitude =
        new BigDecimal(Math.abs(value)).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    return sign(value) + magnitude;
  }

  /** The number in the form {@code d.dddde+XX} with that many digits after the point. */
  static String scientific(double value, int digits) {
    BigDecimal exact = new BigDecimal(Math.abs(value));
    BigDecimal rounded = exact.round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
    return sign(value) + mantissa(rounded, digits) + exponent(exponent(rounded), 2);
  }

  /** The first digit, a point and that many more; the number has no more than these. */
  static String mantissa(BigDecimal magnitude, int digits) {
    String all = magnitude.signum() == 0 ? "0" : magnitude.unscaledValue().toString();
    StringBuilder text = new StringBuilder(all);
    while (text.length() > digits + 1) {
      text.setLength(text.length() - 1); // only zeros stand there
    }
    while (text.length() < digits + 1) {
      text.append('0');
    }
    return digits == 0 ? text.toString() : text.insert(1, '.').toString();
  }

  /** The power of ten of a number's first digit; 0 for zero. */
  static int exponent(BigDecimal magnitude) {
    return magnitude.signum() == 0 ? 0 : magnitude.precision() - magnitude.scale() - 1;
  }

  /** An exponent as {@code e+05}, with at least that many digits. */
  static String exponent(int exponent, int digits) {
    String magnitude = Integer.toString(Math.abs(exponent));
    return (exponent < 0 ? "e-" : "e+")
        + "0".repeat(Math.max(0, digits - magnitude.length()))
        + magnitude;
  }

  /**
   * The shortest decimal that reads back as the same number, the nearest of them; but never with
   * more than {@code maxScale} digits after the point, where the exact value is rounded.
   *
   * @param single whether the number is of float32 rather than float64
   */
  static BigDecimal shortestFixed(double magnitude, boolean single, int maxScale) {
    BigDecimal exact = new BigDecimal(magnitude);
    for (int scale = Math.min(-exponent(exact), 0); scale < maxScale; scale++) {
      BigDecimal rounded = exact.setScale(scale, RoundingMode.HALF_EVEN);
      if (readsBack(rounded, magnitude, single)) {
        return rounded;
      }
    }
    return exact.setScale(maxScale, RoundingMode.HALF_EVEN);
  }

  /** As {@link #shortestFixed}, but bounding the digits in all, as for the scientific form. */
  static BigDecimal shortest(double magnitude, boolean single, int maxDigits) {
    BigDecimal exact = new BigDecimal(magnitude);
    for (int digits = 1; digits < maxDigits; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (readsBack(rounded, magnitude, single)) {
        return rounded;
      }
    }
    return exact.round(new MathContext(maxDigits, RoundingMode.HALF_EVEN));
  }

  private static boolean readsBack(BigDecimal decimal, double magnitude, boolean single) {
    return single ? decimal.floatValue() == (float) magnitude : decimal.doubleValue() == magnitude;
  }

  /** A minus for negative numbers and for negative zero. */
  static String sign(double value) {
    return Double.doubleToRawLongBits(value) < 0 ? "-" : "";
  }
}
