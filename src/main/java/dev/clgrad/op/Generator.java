package dev.clgrad.op;

import dev.clgrad.schedule.Recording;
import dev.clgrad.schedule.StepScalar;
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
   * Blocks of four words that a call may use: others each time, where a recorded step runs again.
   *
   * @param first the first of them
   */
  record Blocks(StepScalar seed, StepScalar first) {}

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

  /** Takes the next blocks of the sequence, or those that a replayed call had taken. */
  static Blocks reserve(long count) {
    RandomLog log = RandomLog.current();
    return blocks(log == null ? fresh(count) : log.draw(count, () -> fresh(count)));
  }

  private static long[] fresh(long count) {
    long[] taken = take(count);
    Recording.onReplay(() -> System.arraycopy(take(count), 0, taken, 0, taken.length));
    return taken;
  }

  private static Blocks blocks(long[] taken) {
    return new Blocks(StepScalar.ofLong(() -> taken[0]), StepScalar.ofLong(() -> taken[1]));
  }

  /** The seed, and the first block taken. */
  private static long[] take(long count) {
    synchronized (LOCK) {
      long first = next;
      next += count;
      return new long[] {seed, first};
    }
  }
}
