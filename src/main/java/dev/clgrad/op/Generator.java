package dev.clgrad.op;

import java.security.SecureRandom;

/**
 * The one sequence of random numbers of this process: a seed and how far it has been used. A call
 * reserves its blocks at once, in the order of the calls, whichever device computes them and when.
 */
public final class Generator {
  private static final Object LOCK = new Object();
  private static long seed = new SecureRandom().nextLong();
  private static long next;

  private Generator() {}

  /**
   * Blocks of four words that a call may use.
   *
   * @param first the first of them
   */
  record Blocks(long seed, long first) {}

  /** Starts the sequence of a seed. */
  public static void seed(long seed) {
    synchronized (LOCK) {
      Generator.seed = seed;
      next = 0;
    }
  }

  /** The seed of the sequence; a random one until it is set. */
  public static long seed() {
    synchronized (LOCK) {
      return seed;
    }
  }

  /** Takes the next blocks of the sequence. */
  static Blocks reserve(long count) {
    synchronized (LOCK) {
      Blocks blocks = new Blocks(seed, next);
      next += count;
      return blocks;
    }
  }
}
