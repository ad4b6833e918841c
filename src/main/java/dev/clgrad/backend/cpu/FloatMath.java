package dev.clgrad.backend.cpu;

/**
 * Elementary functions of one float, from exact operations only.
 *
 * <p>Each computes in double with + - * /, comparisons and integer operations on the bits, and
 * rounds to float once at the end; nothing is contracted, so the bits are the same on every
 * machine, interpreted or compiled. The relative error before that last rounding is below 2^-33.
 * The SIMD forms repeat these operations in this order, lane by lane, with these constants: change
 * both together.
 */
public final class FloatMath {
  /**
   * Adding and subtracting it rounds a double below 2^51 to an integer, whose low bits then stand
   * in the sum's bits.
   */
  public static final double ROUND = 0x1.8p52;

  /** 1 / ln 2. */
  public static final double LOG2_E = 0x1.71547652b82fep+0;

  /** ln 2. */
  public static final double LN_2 = 0x1.62e42fefa39efp-1;

  /** e^x rounds to infinity above this. */
  public static final double EXP_MAX = 89.5;

  /** e^x rounds to 0 below this, half the smallest subnormal. */
  public static final double EXP_MIN = -104.5;

  /** e^x - 1 rounds to -1 below this. */
  public static final double EXPM1_MIN = -40;

  /** Beyond ±this, tanh(x / 2) rounds to ±1. */
  public static final double TANH_MAX = 40;

  // (e^r - 1) / r for |r| <= ln 2 / 2, minimax with relative error 2^-33.3; the constant term is 1.
  public static final double E1 = 0x1.000000075fda1p-1;
  public static final double E2 = 0x1.55555564135c8p-3;
  public static final double E3 = 0x1.555533fe0ec76p-5;
  public static final double E4 = 0x1.1110ce6ac1114p-7;
  public static final double E5 = 0x1.6c609cb8df59dp-10;
  public static final double E6 = 0x1.a141afff75b4fp-13;
  public static final double E7 = 0x1.443b152256c63p-16;

  // The same with relative error 2^-45, for pow.
  public static final double P1 = 0x1.fffffffffeafep-2;
  public static final double P2 = 0x1.5555555554055p-3;
  public static final double P3 = 0x1.5555555a3527bp-5;
  public static final double P4 = 0x1.1111111acf023p-7;
  public static final double P5 = 0x1.6c16ae244d81dp-10;
  public static final double P6 = 0x1.a019b48678740p-13;
  public static final double P7 = 0x1.a051ea34827c2p-16;
  public static final double P8 = 0x1.72be28f5f597bp-19;
  public static final double P9 = 0x1.e4f7dcf59e492p-23;

  /** The bits of √½: mantissas are taken from [√½, √2). */
  public static final long SQRT_HALF_BITS = 0x3fe6a09e667f3bcdL;

  /** The bits of 1. */
  public static final long ONE_BITS = 0x3ff0000000000000L;

  /** The exponent bits of a double. */
  public static final long EXPONENT_BITS = 0x7ff0000000000000L;

  /** The bits of 2^52: a small integer ORed in makes the double 2^52 + integer. */
  public static final long TWO_52_BITS = 0x4330000000000000L;

  /** 2^52 and the exponent's bias. */
  public static final double TWO_52_AND_BIAS = 0x1p52 + 1023;

  // artanh(s) / s in s² for s = (m - 1) / (m + 1), m in [√½, √2), with relative error 2^-45; the
  // constant term is 1.
  public static final double L1 = 0x1.555555561d976p-2;
  public static final double L2 = 0x1.999996ab049ecp-3;
  public static final double L3 = 0x1.2494113d1825dp-3;
  public static final double L4 = 0x1.c62b4c8eac77dp-4;
  public static final double L5 = 0x1.911283d2058a7p-4;

  /** Below this in magnitude log1p(x) is x - x²/2. */
  public static final double LOG1P_SMALL = 0x1p-20;

  /** Beyond ±this, sin and cos are left to {@link StrictMath}. */
  public static final double TRIG_MAX = 0x1p20;

  /** 2 / π. */
  public static final double TWO_OVER_PI = 0x1.45f306dc9c883p-1;

  // π/2 in three parts; the first two have 33 bits, so that their products with integers below 2^20
  // are exact.
  public static final double HALF_PI_1 = 0x1.921fb54400000p+0;
  public static final double HALF_PI_2 = 0x1.0b4611a600000p-34;
  public static final double HALF_PI_3 = 0x1.3198a2e037073p-69;

  // sin(r) / r and cos(r) in r² for |r| <= π/4, with relative errors 2^-47 and 2^-43; the constant
  // terms are 1.
  public static final double S1 = -0x1.555555555222cp-3;
  public static final double S2 = 0x1.1111110c8643ep-7;
  public static final double S3 = -0x1.a019f9381d15ap-13;
  public static final double S4 = 0x1.71d76c63c425ep-19;
  public static final double S5 = -0x1.a9615fd864b23p-26;
  public static final double C1 = -0x1.ffffffffe9851p-2;
  public static final double C2 = 0x1.55555545c1d4bp-5;
  public static final double C3 = -0x1.6c16b34687031p-10;
  public static final double C4 = 0x1.a00eb8838e769p-16;
  public static final double C5 = -0x1.23c948099df3fp-22;

  /** 2^w overflows a float above this, and vanishes below the negative of it. */
  public static final double POW_MAX = 200;

  /** Floats of this magnitude and beyond are even integers. */
  public static final double EVEN_FROM = 0x1p25;

  private FloatMath() {}

  /** e^x. */
  public static float exp(float x) {
    double d = x;
    d = d > EXP_MAX ? EXP_MAX : d;
    d = d < EXP_MIN ? EXP_MIN : d;
    return (float) expOf(d);
  }

  /** e^x - 1. */
  public static float expm1(float x) {
    double d = x;
    d = d > EXP_MAX ? EXP_MAX : d;
    d = d < EXPM1_MIN ? EXPM1_MIN : d;
    double y = expm1Of(d);
    return (float) (d == 0 ? d : y);
  }

  /** tanh x. */
  public static float tanh(float x) {
    double d = (double) x + (double) x;
    d = d > TANH_MAX ? TANH_MAX : d;
    d = d < -TANH_MAX ? -TANH_MAX : d;
    double e = expm1Of(d);
    double y = e / (e + 2);
    return (float) (d == 0 ? d : y);
  }

  /** 1 / (1 + e^-x). */
  public static float sigmoid(float x) {
    double d = 0 - (double) x;
    d = d < -EXP_MAX ? -EXP_MAX : d;
    d = d > -EXP_MIN ? -EXP_MIN : d;
    return (float) (1 / (1 + expOf(d)));
  }

  /** e^d for |d| < 700, in double. */
  static double expOf(double d) {
    double t = d * LOG2_E + ROUND;
    double r = d - (t - ROUND) * LN_2;
    double q = r * expPolynomial(r) + 1;
    return Double.longBitsToDouble(
        Double.doubleToRawLongBits(q) + (Double.doubleToRawLongBits(t) << 52));
  }

  /** e^d - 1 for |d| < 700, in double; +0 at -0. */
  static double expm1Of(double d) {
    double t = d * LOG2_E + ROUND;
    double r = d - (t - ROUND) * LN_2;
    double q = r * expPolynomial(r);
    double scale = Double.longBitsToDouble(ONE_BITS + (Double.doubleToRawLongBits(t) << 52));
    return q * scale + (scale - 1);
  }

  static double expPolynomial(double r) {
    return ((((((E7 * r + E6) * r + E5) * r + E4) * r + E3) * r + E2) * r + E1) * r + 1;
  }

  /** ln x. */
  public static float log(float x) {
    double d = x;
    double y = logOf(d);
    y = d > 0 ? y : Double.NaN;
    y = d == 0 ? Double.NEGATIVE_INFINITY : y;
    return (float) (d == Double.POSITIVE_INFINITY ? d : y);
  }

  /** ln (1 + x). */
  public static float log1p(float x) {
    double d = x;
    double u = 1 + d;
    double y = logOf(u);
    y = u > 0 ? y : Double.NaN;
    y = u == 0 ? Double.NEGATIVE_INFINITY : y;
    y = u == Double.POSITIVE_INFINITY ? u : y;
    double small = d * (1 - 0.5 * d);
    return (float) (Math.abs(d) < LOG1P_SMALL ? small : y);
  }

  /** ln d for normal positive d, in double. */
  static double logOf(double d) {
    long bits = Double.doubleToRawLongBits(d);
    long biased = bits - SQRT_HALF_BITS + ONE_BITS;
    double k = Double.longBitsToDouble((biased >>> 52) | TWO_52_BITS) - TWO_52_AND_BIAS;
    double m = Double.longBitsToDouble(bits - (biased & EXPONENT_BITS) + ONE_BITS);
    double s = (m - 1) / (m + 1);
    return k * LN_2 + (s + s) * logPolynomial(s * s);
  }

  private static double logPolynomial(double z) {
    return ((((L5 * z + L4) * z + L3) * z + L2) * z + L1) * z + 1;
  }

  /** sin x. */
  public static float sin(float x) {
    double d = x;
    if (!(Math.abs(d) <= TRIG_MAX)) {
      return (float) StrictMath.sin(d);
    }
    return trig(d, 0);
  }

  /** cos x. */
  public static float cos(float x) {
    double d = x;
    if (!(Math.abs(d) <= TRIG_MAX)) {
      return (float) StrictMath.cos(d);
    }
    return trig(d, 1);
  }

  /** tan d for |d| up to {@link #TRIG_MAX}, in double. */
  static double tanOf(double d) {
    double t = d * TWO_OVER_PI + ROUND;
    double n = t - ROUND;
    double r = d - n * HALF_PI_1 - n * HALF_PI_2 - n * HALF_PI_3;
    double z = r * r;
    double sin = (((((S5 * z + S4) * z + S3) * z + S2) * z + S1) * z + 1) * r;
    double cos = ((((C5 * z + C4) * z + C3) * z + C2) * z + C1) * z + 1;
    return (Double.doubleToRawLongBits(t) & 1) != 0 ? -cos / sin : sin / cos;
  }

  /** sin(d + quarter π/2). */
  private static float trig(double d, long quarter) {
    double t = d * TWO_OVER_PI + ROUND;
    double n = t - ROUND;
    double r = d - n * HALF_PI_1 - n * HALF_PI_2 - n * HALF_PI_3;
    double z = r * r;
    double sin = (((((S5 * z + S4) * z + S3) * z + S2) * z + S1) * z + 1) * r;
    double cos = ((((C5 * z + C4) * z + C3) * z + C2) * z + C1) * z + 1;
    long quadrant = Double.doubleToRawLongBits(t) + quarter;
    double y = (quadrant & 1) != 0 ? cos : sin;
    long sign = (quadrant & 2) << 62;
    return (float) Double.longBitsToDouble(Double.doubleToRawLongBits(y) ^ sign);
  }

  /** x^p with C99's special cases. */
  public static float pow(float x, float p) {
    if (!Float.isFinite(x) || !Float.isFinite(p)) {
      return powOfSpecial(x, p);
    }
    double d = Math.abs((double) x);
    double e = p;
    double w = e * log2Of(d);
    w = d == 0 ? e * Double.NEGATIVE_INFINITY : w;
    w = w > POW_MAX ? POW_MAX : w;
    w = w < -POW_MAX ? -POW_MAX : w;
    double t = w + ROUND;
    double r = (w - (t - ROUND)) * LN_2;
    double q = powPolynomial(r) * r + 1;
    double y =
        Double.longBitsToDouble(
            Double.doubleToRawLongBits(q) + (Double.doubleToRawLongBits(t) << 52));
    double whole = Math.abs(e) >= EVEN_FROM ? 0 : e;
    double rounded = whole + ROUND;
    long odd = Double.doubleToRawLongBits(rounded) << 63;
    boolean negative = Float.floatToRawIntBits(x) < 0;
    if (negative) {
      // An integer exponent gives its parity as sign, another one NaN (but not at -0).
      if (rounded - ROUND == whole) {
        y = Double.longBitsToDouble(Double.doubleToRawLongBits(y) ^ odd);
      } else if (d != 0) {
        y = Double.NaN;
      }
    }
    return (float) (e == 0 ? 1 : y);
  }

  /** log2 d for normal positive d, in double, with relative error below 2^-44. */
  static double log2Of(double d) {
    long bits = Double.doubleToRawLongBits(d);
    long biased = bits - SQRT_HALF_BITS + ONE_BITS;
    double k = Double.longBitsToDouble((biased >>> 52) | TWO_52_BITS) - TWO_52_AND_BIAS;
    double m = Double.longBitsToDouble(bits - (biased & EXPONENT_BITS) + ONE_BITS);
    double s = (m - 1) / (m + 1);
    return k + (s + s) * logPolynomial(s * s) * LOG2_E;
  }

  private static double powPolynomial(double r) {
    return ((((((((P9 * r + P8) * r + P7) * r + P6) * r + P5) * r + P4) * r + P3) * r + P2) * r
                + P1)
            * r
        + 1;
  }

  /** x^p where one of them is NaN or infinite. */
  private static float powOfSpecial(float x, float p) {
    if (p == 0 || x == 1 || (x == -1 && Float.isInfinite(p))) {
      return 1;
    }
    return (float) StrictMath.pow(x, p);
  }
}
