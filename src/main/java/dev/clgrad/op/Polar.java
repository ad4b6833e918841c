package dev.clgrad.op;

/**
 * The length and the angle of a point in the plane, in double, from exact operations alone: the
 * same bits everywhere, interpreted or compiled.
 */
final class Polar {
  /** How many parts of 0 to 1 have an angle in the table. */
  private static final int PARTS = 32;

  /** The arc tangents of k / PARTS. */
  private static final double[] TABLE = new double[PARTS + 1];

  static {
    for (int k = 0; k <= PARTS; k++) {
      TABLE[k] = StrictMath.atan((double) k / PARTS);
    }
  }

  /** What π and π / 2 have beyond their doubles. */
  private static final double PI_REST = 1.2246467991473532e-16;

  private static final double HALF_PI_REST = PI_REST / 2;

  private Polar() {}

  /** √(x² + y²), infinite where one of them is. */
  static double hypot(double x, double y) {
    double p = Math.abs(x);
    double q = Math.abs(y);
    if (p == Double.POSITIVE_INFINITY || q == Double.POSITIVE_INFINITY) {
      return Double.POSITIVE_INFINITY;
    }
    double large = p > q ? p : q;
    double small = p > q ? q : p;
    double r = small / large;
    return large == 0 ? small : large * Math.sqrt(1 + r * r);
  }

  /** The angle of the point (x, y), as C99 has it for zeros, infinities and NaN. */
  static double atan2(double y, double x) {
    if (Double.isNaN(x) || Double.isNaN(y)) {
      return Double.NaN;
    }
    double p = Math.abs(x);
    double q = Math.abs(y);
    double angle = p == q ? (p == 0 ? 0 : TABLE[PARTS]) : p > q ? atan(q / p) : steep(p / q);
    if (Double.doubleToRawLongBits(x) < 0) {
      angle = Math.PI - (angle - PI_REST);
    }
    return Double.doubleToRawLongBits(y) < 0 ? -angle : angle;
  }

  private static double steep(double cotangent) {
    return Math.PI / 2 - (atan(cotangent) - HALF_PI_REST);
  }

  /** The arc tangent of t from 0 to 1: that of the nearest entry, and of the small angle beyond. */
  private static double atan(double t) {
    int k = (int) (t * PARTS + 0.5);
    double at = (double) k / PARTS;
    double z = (t - at) / (1 + t * at);
    double s = z * z;
    // The series of the arc tangent: z is at most 1 / 64.
    double tail = s * (1.0 / 3 - s * (1.0 / 5 - s * (1.0 / 7 - s * (1.0 / 9 - s * (1.0 / 11)))));
    return TABLE[k] + (z - z * tail);
  }
}
