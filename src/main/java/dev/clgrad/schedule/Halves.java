package dev.clgrad.schedule;

import dev.clgrad.DType;

/**
 * The numbers that float16 and bfloat16 hold, by their bits. Rounding is to nearest, ties to even
 * (IEEE 754-2019, 4.3.1); beyond the largest number it gives infinity.
 */
final class Halves {
  /** 2^112: between the smallest exponents of binary16 and of binary32. */
  private static final float REBIAS = 0x1p112f;

  /** Where binary16 has equally spaced numbers below its normal ones, so have floats from here. */
  private static final float SUBNORMAL = 0.5f;

  private static final float SMALLEST_NORMAL = 0x1p-14f;

  /** The least number that rounds to infinity: halfway beyond 65504. */
  private static final float OVERFLOW = 65520;

  private Halves() {}

  /** The number of bits of float16 or bfloat16. */
  static float number(DType dtype, short bits) {
    return dtype == DType.FLOAT16 ? ofFloat16(bits) : ofBfloat16(bits);
  }

  /** The bits of the nearest number of float16 or bfloat16. */
  static short bits(DType dtype, float value) {
    return dtype == DType.FLOAT16 ? toFloat16(value) : toBfloat16(value);
  }

  private static float ofFloat16(short bits) {
    int sign = (bits & 0x8000) << 16;
    int rest = (bits & 0x7fff) << 13;
    int magnitude =
        (bits & 0x7c00) == 0x7c00
            ? rest | 0x7f800000
            // Exact, for subnormal numbers too, which binary32 has as normal ones.
            : Float.floatToRawIntBits(Float.intBitsToFloat(rest) * REBIAS);
    return Float.intBitsToFloat(sign | magnitude);
  }

  private static short toFloat16(float value) {
    int sign = (Float.floatToRawIntBits(value) >>> 16) & 0x8000;
    float size = Math.abs(value);
    int bits;
    if (size >= OVERFLOW) {
      bits = 0x7c00;
    } else if (size >= SMALLEST_NORMAL) {
      int from = Float.floatToRawIntBits(size);
      bits = (from + 0xfff + ((from >> 13) & 1) - (112 << 23)) >> 13;
    } else if (size < SMALLEST_NORMAL) {
      bits = Float.floatToRawIntBits(size + SUBNORMAL) - Float.floatToRawIntBits(SUBNORMAL);
    } else {
      bits = 0x7e00;
    }
    return (short) (sign | bits);
  }

  private static float ofBfloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  private static short toBfloat16(float value) {
    int from = Float.floatToRawIntBits(value);
    int rounded = (from + 0x7fff + ((from >> 16) & 1)) >> 16;
    return (short) (Float.isNaN(value) ? 0x7fc0 : rounded);
  }
}
