package dev.clgrad.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.backend.Lanes;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The float functions on a dense sample of all floats: accuracy against double, and plain equal to
 * SIMD bit for bit.
 */
class FloatFunctionsTest {
  /** A prime: the samples have all exponents and all low bits. */
  private static final int STRIDE = 4099;

  /** Not a multiple of any vector width, so that tails are met. */
  private static final int TILE = 1021;

  private static final Lanes PLAIN = new PlainLanes();
  private static final Lanes SIMD = LanesProvider.choose("on");

  interface Loop {
    void run(Lanes lanes, float[] x, float[] y, int n);
  }

  record Function(String name, Loop loop, DoubleUnaryOperator reference) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Function> functions() {
    return Stream.of(
        new Function("exp", Lanes::exp, StrictMath::exp),
        new Function("expm1", Lanes::expm1, StrictMath::expm1),
        new Function("log", Lanes::log, StrictMath::log),
        new Function("log1p", Lanes::log1p, StrictMath::log1p),
        new Function("sqrt", Lanes::sqrt, StrictMath::sqrt),
        new Function("tanh", Lanes::tanh, StrictMath::tanh),
        new Function("sigmoid", Lanes::sigmoid, x -> 1 / (1 + StrictMath.exp(-x))),
        new Function("sin", Lanes::sin, StrictMath::sin),
        new Function("cos", Lanes::cos, StrictMath::cos),
        new Function("square", (l, x, y, n) -> l.pow(x, 2, y, n), x -> x * x),
        new Function("cube", (l, x, y, n) -> l.pow(x, 3, y, n), x -> StrictMath.pow(x, 3)),
        new Function(
            "inverse root", (l, x, y, n) -> l.pow(x, -0.5f, y, n), x -> StrictMath.pow(x, -0.5)));
  }

  @Test
  void theModuleIsThere() {
    assertTrue(SIMD.name().startsWith("simd"), "tests need --add-modules jdk.incubator.vector");
  }

  @ParameterizedTest
  @MethodSource("functions")
  void allFloatsAreWithinTheBound(Function function) {
    forSamples(
        x -> {
          float[] y = new float[x.length];
          function.loop.run(PLAIN, x, y, x.length);
          for (int i = 0; i < x.length; i++) {
            check(function.name, x[i], y[i], function.reference.applyAsDouble(x[i]));
          }
        });
  }

  @ParameterizedTest
  @MethodSource("functions")
  void plainAndSimdAgree(Function function) {
    forSamples(
        x -> {
          float[] plain = new float[x.length];
          float[] simd = x.clone();
          function.loop.run(PLAIN, x, plain, x.length);
          // In place, which must be allowed.
          function.loop.run(SIMD, simd, simd, x.length);
          for (int i = 0; i < x.length; i++) {
            assertSame(function.name, x[i], plain[i], simd[i]);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("functions")
  void commonArgumentsAreWithinTheBoundAndAgree(Function function) {
    SplittableRandom random = new SplittableRandom(7);
    float[] x = new float[TILE];
    float[] plain = new float[TILE];
    float[] simd = new float[TILE];
    for (int round = 0; round < 300; round++) {
      double scale = StrictMath.exp(random.nextDouble(-8, 8));
      for (int i = 0; i < TILE; i++) {
        x[i] = (float) (random.nextDouble(-1, 1) * scale);
      }
      function.loop.run(PLAIN, x, plain, TILE);
      function.loop.run(SIMD, x, simd, TILE);
      for (int i = 0; i < TILE; i++) {
        check(function.name, x[i], plain[i], function.reference.applyAsDouble(x[i]));
        assertSame(function.name, x[i], plain[i], simd[i]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("functions")
  void onlyNElementsAreWritten(Function function) {
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      for (int n = 0; n < 40; n++) {
        float[] y = new float[41];
        java.util.Arrays.fill(y, -7);
        function.loop.run(lanes, new float[41], y, n);
        for (int i = n; i < y.length; i++) {
          assertEquals(-7, y[i], lanes.name() + " " + function.name + " n=" + n + " at " + i);
        }
      }
    }
  }

  @Test
  void powAgreesWithC99() {
    float[] special = {
      0f,
      -0f,
      1f,
      -1f,
      2f,
      -2f,
      3f,
      -3f,
      0.5f,
      -0.5f,
      1.5f,
      -1.5f,
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      1e-40f,
      16777215f,
      -16777215f,
      16777216f,
      33554432f,
      Math.nextUp(1f),
      Math.nextDown(1f),
      8388607.5f,
      -127f,
      149f,
      150f,
      1e10f,
      -1e-10f
    };
    int n = special.length * special.length;
    float[] x = new float[n];
    float[] p = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = special[i / special.length];
      p[i] = special[i % special.length];
    }
    checkPow(x, p);
  }

  @Test
  void powOfRandomPairsIsWithinTheBound() {
    SplittableRandom random = new SplittableRandom(11);
    float[] x = new float[TILE];
    float[] p = new float[TILE];
    for (int round = 0; round < 600; round++) {
      for (int i = 0; i < TILE; i++) {
        // A third each: any two floats; moderate ones; results spread over all exponents.
        if (round % 3 == 0) {
          x[i] = Float.intBitsToFloat(random.nextInt());
          p[i] = Float.intBitsToFloat(random.nextInt());
        } else if (round % 3 == 1) {
          x[i] = (float) random.nextDouble(-10, 10);
          p[i] = i % 2 == 0 ? random.nextInt(-20, 20) : (float) random.nextDouble(-10, 10);
        } else {
          x[i] = Float.intBitsToFloat(random.nextInt() & 0x7fffffff);
          p[i] = (float) (random.nextDouble(-110, 110) / StrictMath.log(x[i]));
        }
      }
      checkPow(x, p);
    }
  }

  private static void checkPow(float[] x, float[] p) {
    int n = x.length;
    float[] plain = new float[n];
    float[] simd = new float[n];
    float[] one = new float[n];
    PLAIN.pow(x, p, plain, n);
    SIMD.pow(x, p, simd, n);
    for (int i = 0; i < n; i++) {
      boolean isOne = x[i] == 1 || (x[i] == -1 && Float.isInfinite(p[i]));
      double expected = isOne ? 1 : StrictMath.pow(x[i], p[i]);
      check("pow " + p[i], x[i], plain[i], expected);
      assertSame("pow " + p[i], x[i], plain[i], simd[i]);
    }
    for (int i = 0; i < n; i += 97) {
      SIMD.pow(x, p[i], one, n);
      assertSame("pow with one exponent " + p[i], x[i], plain[i], one[i]);
    }
  }

  private interface TileCheck {
    void run(float[] x);
  }

  private static void forSamples(TileCheck check) {
    long bits = Integer.MIN_VALUE;
    while (bits <= Integer.MAX_VALUE) {
      float[] x = new float[TILE];
      for (int i = 0; i < TILE; i++) {
        x[i] = Float.intBitsToFloat((int) bits);
        bits += STRIDE;
      }
      check.run(x);
    }
    check.run(
        new float[] {
          0f,
          -0f,
          1f,
          -1f,
          Float.MIN_VALUE,
          -Float.MIN_VALUE,
          Float.MIN_NORMAL,
          Float.MAX_VALUE,
          -Float.MAX_VALUE,
          Float.NaN,
          Float.POSITIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          88.72283f,
          88.72284f,
          -87.33654f,
          -103.97207f,
          -103.97208f,
          -104f,
          1048576f,
          1048577f,
          -1048577f,
          Math.nextDown(1f),
          Math.nextUp(1f),
          Math.nextUp(-1f),
          9.010913f,
          1e9f,
          3e38f
        });
  }

  private static void assertSame(String name, float x, float plain, float simd) {
    if (Float.floatToIntBits(plain) != Float.floatToIntBits(simd)) {
      throw new AssertionError(name + "(" + x + "): plain " + plain + ", SIMD " + simd);
    }
  }

  private static void check(String name, float x, float actual, double expected) {
    float rounded = (float) expected;
    if (Float.isNaN(rounded) || Float.isInfinite(rounded) || rounded == 0) {
      if (Float.floatToIntBits(rounded) == Float.floatToIntBits(actual)) {
        return;
      }
      // Half-way to the smallest subnormal either neighbor is near enough.
      if (rounded != 0 || Math.copySign(1f, actual) != Math.copySign(1f, rounded)) {
        throw new AssertionError(name + "(" + x + "): " + actual + ", expected " + rounded);
      }
    }
    double ulp = Math.scalb(1.0, Math.max(Math.getExponent(expected), -126) - 23);
    double error = Math.abs(actual - expected) / ulp;
    if (!(error <= Lanes.FLOAT_MAX_ULP)) {
      throw new AssertionError(
          String.format(
              Locale.ROOT,
              "%s(%s): %s, expected %s, off by %.4f ULP",
              name,
              x,
              actual,
              expected,
              error));
    }
  }
}
