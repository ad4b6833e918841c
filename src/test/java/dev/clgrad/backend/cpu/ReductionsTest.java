package dev.clgrad.backend.cpu;

import static dev.clgrad.backend.Lanes.SUM_BLOCK;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.backend.Lanes;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sums and maxima: the documented order, written out here once more, for both implementations. */
class ReductionsTest {
  private static final Lanes PLAIN = new PlainLanes();
  private static final Lanes SIMD = LanesProvider.choose("on");
  private static final int OFFSET = 3;

  static IntStream counts() {
    return IntStream.concat(
        IntStream.rangeClosed(0, 200),
        IntStream.of(
            783, 784, 4095, 4096, 4097, 4096 + 63, 4096 + 64, 8192, 12289, 20000, 100_003));
  }

  @ParameterizedTest
  @MethodSource("counts")
  void sumsFollowTheDocumentedOrder(int n) {
    double[] x = random(n + OFFSET, n);
    float[] xf = floats(x);
    float expected = sumAsDocumented(xf, OFFSET, n);
    double expectedDouble = sumAsDocumented(x, OFFSET, n);
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      assertEquals(expected, lanes.sum(xf, OFFSET, n), lanes.name());
      assertEquals(expectedDouble, lanes.sum(x, OFFSET, n), lanes.name());
    }
  }

  @ParameterizedTest
  @MethodSource("counts")
  void dotIsTheSumOfTheProducts(int n) {
    double[] a = random(n + 1, n);
    double[] b = random(n + 2, n + 1);
    float[] af = floats(a);
    float[] bf = floats(b);
    double[] products = new double[n];
    float[] productsFloat = new float[n];
    for (int i = 0; i < n; i++) {
      products[i] = a[i + 1] * b[i + 2];
      productsFloat[i] = af[i + 1] * bf[i + 2];
    }
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      assertEquals(sumAsDocumented(productsFloat, 0, n), lanes.dot(af, 1, bf, 2, n), lanes.name());
      assertEquals(sumAsDocumented(products, 0, n), lanes.dot(a, 1, b, 2, n), lanes.name());
    }
  }

  @ParameterizedTest
  @MethodSource("counts")
  void maximaAreThoseOfMathMax(int n) {
    double[] x = random(n + OFFSET, n);
    float[] xf = floats(x);
    double expected = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      expected = Math.max(expected, x[OFFSET + i]);
    }
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      assertEquals(expected, lanes.max(x, OFFSET, n));
      assertEquals((float) expected, lanes.max(xf, OFFSET, n));
      for (int at : new int[] {0, n / 2, n - 1}) {
        if (n > 0) {
          float[] withNan = xf.clone();
          double[] withNanDouble = x.clone();
          withNan[OFFSET + at] = Float.NaN;
          withNanDouble[OFFSET + at] = Double.NaN;
          assertTrue(Float.isNaN(lanes.max(withNan, OFFSET, n)), lanes.name() + " NaN at " + at);
          assertTrue(Double.isNaN(lanes.max(withNanDouble, OFFSET, n)), lanes.name());
        }
      }
    }
  }

  @Test
  void zerosAreOrderedBySign() {
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      for (int n = 1; n < 70; n++) {
        float[] x = new float[n];
        java.util.Arrays.fill(x, -0f);
        assertEquals(-0f, lanes.max(x, 0, n));
        assertEquals(0f, lanes.sum(x, 0, n));
        x[n / 2] = 0f;
        assertEquals(0f, lanes.max(x, 0, n));
      }
      assertEquals(0f, lanes.sum(new float[0], 0, 0));
      assertEquals(Float.NEGATIVE_INFINITY, lanes.max(new float[0], 0, 0));
    }
  }

  @Test
  void partsOfALongSumMakeTheWhole() {
    int n = 5 * 4 * SUM_BLOCK + 777;
    float[] x = floats(random(n, 5));
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      float whole = lanes.sum(x, 0, n);
      for (int part : new int[] {SUM_BLOCK, 2 * SUM_BLOCK, 4 * SUM_BLOCK, 8 * SUM_BLOCK}) {
        float[] parts = new float[(n + part - 1) / part];
        for (int i = 0; i < parts.length; i++) {
          parts[i] = lanes.sum(x, i * part, Math.min(part, n - i * part));
        }
        float[] before = parts.clone();
        assertEquals(whole, lanes.sumPairwise(parts, parts.length), "parts of " + part);
        assertArrayEquals(before, parts);
      }
    }
  }

  @Test
  void aMillionTenthsAddUp() {
    float[] x = new float[1_000_000];
    java.util.Arrays.fill(x, 0.1f);
    double exact = 1_000_000 * (double) 0.1f;
    // 128 terms an accumulator, then 5 + 8 levels of pairs: far from the thousands that a plain
    // loop is off by.
    assertEquals(exact, PLAIN.sum(x, 0, x.length), exact * 20 * 0x1p-24);
  }

  @ParameterizedTest
  @MethodSource("counts")
  void shiftedExponentialsAreExpAndSum(int n) {
    float[] x = floats(random(n + 1, n));
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      float[] expected = new float[n];
      for (int i = 0; i < n; i++) {
        expected[i] = x[i + 1] - 1.5f;
      }
      PLAIN.exp(expected, expected, n);
      float[] y = new float[n + 2];
      float sum = lanes.expShifted(x, 1, 1.5f, y, 2, n);
      assertArrayEquals(expected, java.util.Arrays.copyOfRange(y, 2, n + 2), lanes.name());
      assertEquals(PLAIN.sum(expected, 0, n), sum, lanes.name());

      double[] xd = random(n + 1, n);
      double sumDouble = lanes.expShifted(xd, 1, 1.5, xd, 1, n);
      double[] copy = random(n + 1, n);
      for (int i = 1; i <= n; i++) {
        assertEquals(StrictMath.exp(copy[i] - 1.5), xd[i]);
      }
      assertEquals(lanes.sum(xd, 1, n), sumDouble);
    }
  }

  @ParameterizedTest
  @MethodSource("counts")
  void accumulationTouchesItsRangeOnly(int n) {
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      double[] x = random(n + 1, n);
      double[] start = random(n + 4, n + 9);
      float[] xf = floats(x);
      float[] added = floats(start);
      float[] largest = floats(start);
      double[] addedDouble = start.clone();
      double[] largestDouble = start.clone();
      lanes.addInto(added, 2, xf, 1, n);
      lanes.maxInto(largest, 2, xf, 1, n);
      lanes.addInto(addedDouble, 2, x, 1, n);
      lanes.maxInto(largestDouble, 2, x, 1, n);
      for (int i = 0; i < n + 4; i++) {
        boolean inside = i >= 2 && i < n + 2;
        float s = (float) start[i];
        assertEquals(inside ? s + xf[i - 1] : s, added[i]);
        assertEquals(inside ? Math.max(s, xf[i - 1]) : s, largest[i]);
        assertEquals(inside ? start[i] + x[i - 1] : start[i], addedDouble[i]);
        assertEquals(inside ? Math.max(start[i], x[i - 1]) : start[i], largestDouble[i]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("counts")
  void combinationsAddInOrderAndTouchTheirRangeOnly(int n) {
    int[] offsets = {3, 0, 5, 1, 3};
    double[] x = random(n + 7, n);
    double[] factors = random(offsets.length, n + 5);
    float[] xf = floats(x);
    float[] factorsF = floats(factors);
    for (Lanes lanes : new Lanes[] {PLAIN, SIMD}) {
      float[] y = floats(random(n + 4, n + 9));
      double[] yd = random(n + 4, n + 9);
      lanes.combine(xf, 1, offsets, factorsF, y, 2, n);
      lanes.combine(x, 1, offsets, factors, yd, 2, n);
      double[] start = random(n + 4, n + 9);
      for (int i = 0; i < n + 4; i++) {
        boolean inside = i >= 2 && i < n + 2;
        float sum = inside ? 0 : (float) start[i];
        double sumDouble = inside ? 0 : start[i];
        for (int k = 0; inside && k < offsets.length; k++) {
          sum += factorsF[k] * xf[i - 1 + offsets[k]];
          sumDouble += factors[k] * x[i - 1 + offsets[k]];
        }
        assertEquals(sum, y[i]);
        assertEquals(sumDouble, yd[i]);
      }
      lanes.combine(xf, 0, new int[0], new float[0], y, 1, n);
      assertArrayEquals(new float[n], java.util.Arrays.copyOfRange(y, 1, n + 1));
    }
  }

  private static float sumAsDocumented(float[] x, int offset, int n) {
    float[] blocks = new float[n == 0 ? 0 : (n - 1) / SUM_BLOCK + 1];
    for (int block = 0; block < blocks.length; block++) {
      int length = Math.min(SUM_BLOCK, n - block * SUM_BLOCK);
      float[] s = new float[length < 64 ? 4 : 32];
      for (int i = 0; i < length; i++) {
        s[i % s.length] += x[offset + block * SUM_BLOCK + i];
      }
      for (int half = s.length / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; i++) {
          s[i] += s[i + half];
        }
      }
      blocks[block] = s[0];
    }
    while (blocks.length > 1) {
      float[] next = new float[(blocks.length + 1) / 2];
      for (int i = 0; i < next.length; i++) {
        boolean pair = 2 * i + 1 < blocks.length;
        next[i] = pair ? blocks[2 * i] + blocks[2 * i + 1] : blocks[2 * i];
      }
      blocks = next;
    }
    return blocks.length == 0 ? 0 : blocks[0];
  }

  private static double sumAsDocumented(double[] x, int offset, int n) {
    double[] blocks = new double[n == 0 ? 0 : (n - 1) / SUM_BLOCK + 1];
    for (int block = 0; block < blocks.length; block++) {
      int length = Math.min(SUM_BLOCK, n - block * SUM_BLOCK);
      double[] s = new double[length < 64 ? 4 : 32];
      for (int i = 0; i < length; i++) {
        s[i % s.length] += x[offset + block * SUM_BLOCK + i];
      }
      for (int half = s.length / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; i++) {
          s[i] += s[i + half];
        }
      }
      blocks[block] = s[0];
    }
    while (blocks.length > 1) {
      double[] next = new double[(blocks.length + 1) / 2];
      for (int i = 0; i < next.length; i++) {
        boolean pair = 2 * i + 1 < blocks.length;
        next[i] = pair ? blocks[2 * i] + blocks[2 * i + 1] : blocks[2 * i];
      }
      blocks = next;
    }
    return blocks.length == 0 ? 0 : blocks[0];
  }

  /** Doubles that are floats, of both signs and many magnitudes. */
  private static double[] random(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) (random.nextDouble(-1, 1) * StrictMath.exp(random.nextDouble(-4, 1)));
    }
    return x;
  }

  private static float[] floats(double[] x) {
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (float) x[i];
    }
    return y;
  }
}
