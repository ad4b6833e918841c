package dev.clgrad;

import dev.clgrad.op.Generator;
import dev.clgrad.op.MatrixUnits;

/** What concerns the whole library. */
public final class Clgrad {
  private Clgrad() {}

  /**
   * Starts the sequence of random numbers of a seed. The numbers that follow are the same in every
   * run and on every device (normal ones but for their last four bits), as long as the calls come
   * in the same order. All threads draw from the one sequence; without this call the seed is a
   * random one.
   */
  public static void manualSeed(long seed) {
    Generator.seed(seed);
  }

  /** The seed of the present sequence of random numbers. */
  public static long initialSeed() {
    return Generator.seed();
  }

  /**
   * Allows matrix products less exact than their dtype, or forbids it again. Holds for all threads
   * and devices, from the next product on; gradients are products of the time of backward.
   */
  public static void setMatmulPrecision(MatmulPrecision precision) {
    MatrixUnits.allow(precision == MatmulPrecision.HIGH);
  }

  /** How exactly matrix products are computed; {@link MatmulPrecision#HIGHEST} at first. */
  public static MatmulPrecision matmulPrecision() {
    return MatrixUnits.allowed() ? MatmulPrecision.HIGH : MatmulPrecision.HIGHEST;
  }
}
