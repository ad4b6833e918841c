package dev.clgrad.bench;

import java.util.Arrays;

/**
 * An array that every system starts from: random numbers of a shape.
 *
 * @param seed of the numbers
 * @param bound they are from its negative to it
 */
record Parameter(long seed, float bound, int... shape) {
  /** A weight with the bound that layers are initialized with. */
  static Parameter weight(long seed, int fanIn, int... shape) {
    return new Parameter(seed, (float) (1 / Math.sqrt(fanIn)), shape);
  }

  float[] values() {
    return Inputs.uniform(Arrays.stream(shape).reduce(1, (a, b) -> a * b), seed, bound);
  }

  long[] dims() {
    return Arrays.stream(shape).asLongStream().toArray();
  }
}
