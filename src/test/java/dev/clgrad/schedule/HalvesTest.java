package dev.clgrad.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.DType;
import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bits of float16 and bfloat16 against the definition of the formats. */
class HalvesTest {
  /** The number that bits stand for, by the definition; NaN and infinities left to the caller. */
  private static double defined(int fraction, int exponent, int fractionBits, int bias) {
    return exponent == 0
        ? Math.scalb((double) fraction, 1 - bias - fractionBits)
        : Math.scalb(1 + Math.scalb((double) fraction, -fractionBits), exponent - bias);
  }

  private static int fractionBits(DType dtype) {
    return dtype == DType.FLOAT16 ? 10 : 7;
  }

  private static int exponents(DType dtype) {
    return dtype == DType.FLOAT16 ? 31 : 255;
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void everyBitPatternIsItsNumberAndBack(DType dtype) {
    int fractionBits = fractionBits(dtype);
    int top = exponents(dtype);
    for (int bits = 0; bits < 1 << 16; bits++) {
      float number = Halves.number(dtype, (short) bits);
      int fraction = bits & ((1 << fractionBits) - 1);
      int exponent = (bits >> fractionBits) & top;
      String what = dtype + " " + Integer.toHexString(bits);
      assertEquals(bits >> 15 == 1, Float.floatToRawIntBits(number) < 0, what);
      if (exponent < top) {
        assertEquals(defined(fraction, exponent, fractionBits, top / 2), Math.abs(number), what);
        assertEquals((short) bits, Halves.bits(dtype, number), what);
      } else if (fraction == 0) {
        assertTrue(Float.isInfinite(number), what);
        assertEquals((short) bits, Halves.bits(dtype, number), what);
      } else {
        assertTrue(Float.isNaN(number), what);
        assertTrue(Float.isNaN(Halves.number(dtype, Halves.bits(dtype, number))), what);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void numbersGoToTheNearestAndTiesToEven(DType dtype) {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 400_000; i++) {
      int bits = random.nextInt(exponents(dtype) << fractionBits(dtype));
      float below = Halves.number(dtype, (short) bits);
      // The step beyond the largest number is as wide as the one before it.
      boolean last = bits + 1 == (exponents(dtype) << fractionBits(dtype));
      if (last && dtype == DType.BFLOAT16) {
        continue;
      }
      float above = last ? 65536 : Halves.number(dtype, (short) (bits + 1));
      float half = (float) ((below + (double) above) / 2);
      float within = i % 3 == 0 ? half : (float) (below + random.nextDouble() * (above - below));
      BigDecimal x = new BigDecimal(within);
      int side = x.subtract(new BigDecimal(below)).compareTo(new BigDecimal(above).subtract(x));
      int expected = side < 0 || (side == 0 && bits % 2 == 0) ? bits : bits + 1;
      assertEquals((short) expected, Halves.bits(dtype, within), dtype + " of " + within);
      assertEquals(
          (short) (expected | 0x8000), Halves.bits(dtype, -within), dtype + " of -" + within);
    }
  }
}
