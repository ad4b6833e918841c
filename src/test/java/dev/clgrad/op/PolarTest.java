package dev.clgrad.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The functions behind atan2 and hypot against those of StrictMath. */
class PolarTest {
  private static final double[] SPECIAL = {
    0,
    -0.0,
    1,
    -1,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    Double.MIN_NORMAL,
    1e-160,
    1e160,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN
  };

  /** The bound that the double functions of the CPU backend keep. */
  private static final double ULP = 3;

  private static void assertClose(double expected, double found, String what) {
    if (Double.isFinite(expected)) {
      assertTrue(
          Math.abs(expected - found) <= ULP * Math.ulp(expected),
          what + ": expected " + expected + ", found " + found);
    } else {
      assertEquals(expected, found, what);
    }
  }

  @Test
  void anglesAreThoseOfStrictMath() {
    Random random = new Random(5);
    for (int i = 0; i < 200_000; i++) {
      double y = random.nextGaussian() * Math.scalb(1.0, random.nextInt(12) - 6);
      double x = random.nextGaussian();
      assertClose(StrictMath.atan2(y, x), Polar.atan2(y, x), "atan2(" + y + ", " + x + ")");
    }
    for (double y : SPECIAL) {
      for (double x : SPECIAL) {
        String what = "atan2(" + y + ", " + x + ")";
        double expected = StrictMath.atan2(y, x);
        assertClose(expected, Polar.atan2(y, x), what);
        if (expected == 0) {
          assertEquals(expected, Polar.atan2(y, x), what + " has the sign of zero");
        }
      }
    }
  }

  @Test
  void lengthsAreThoseOfStrictMath() {
    Random random = new Random(6);
    for (int i = 0; i < 200_000; i++) {
      double x = random.nextGaussian() * Math.scalb(1.0, random.nextInt(40) - 20);
      double y = random.nextGaussian();
      assertClose(StrictMath.hypot(x, y), Polar.hypot(x, y), "hypot(" + x + ", " + y + ")");
    }
    for (double y : SPECIAL) {
      for (double x : SPECIAL) {
        assertClose(StrictMath.hypot(x, y), Polar.hypot(x, y), "hypot(" + x + ", " + y + ")");
      }
    }
  }
}
