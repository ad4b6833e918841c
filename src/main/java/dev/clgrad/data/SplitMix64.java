package dev.clgrad.data;

/**
 * A small random generator whose numbers are the same on every machine and JDK, which {@code
 * java.util.SplittableRandom} does not promise for bounded numbers.
 *
 * <p>Source: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators",
 * OOPSLA 2014.
 */
final class SplitMix64 {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /** A generator for one of many streams: neighboring numbers give unrelated streams. */
  SplitMix64(long seed, long stream) {
    state = mix(mix(seed + GOLDEN_GAMMA) + stream * GOLDEN_GAMMA);
  }

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }

  long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** A number from 0 to bound - 1; the bias of at most bound / 2^53 is of no matter here. */
  int below(int bound) {
    return (int) (uniform() * bound);
  }

  /** A number in [0, 1). */
  double uniform() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** A number in [low, high). */
  double between(double low, double high) {
    return low + (high - low) * uniform();
  }

  /**
   * Roughly a standard normal number, within ±3.5: the sum of four uniform ones, scaled to variance
   * 1. Needs no logarithm, so it is the same everywhere.
   */
  double normal() {
    long bits = nextLong();
    long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
    return (sum - 2 * 65535.0) / 65536.0 * 1.7320508075688772;
  }

  /** Puts an array into a random order (Fisher-Yates). */
  void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = below(i + 1);
      int other = values[j];
      values[j] = values[i];
      values[i] = other;
    }
  }
}
