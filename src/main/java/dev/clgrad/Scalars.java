package dev.clgrad;

/** Arithmetic of Java scalars, which are integers or not: that decides on dtypes. */
final class Scalars {
  private Scalars() {}

  /** Whether a scalar is of a floating-point kind. */
  static boolean isFloating(Number value) {
    return value instanceof Float || value instanceof Double;
  }

  /** The product, an integer where both are; it wraps as integers on a device do. */
  static Number product(Number a, Number b) {
    if (isFloating(a) || isFloating(b)) {
      return a.doubleValue() * b.doubleValue();
    }
    return a.longValue() * b.longValue();
  }
}
