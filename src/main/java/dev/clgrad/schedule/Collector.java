package dev.clgrad.schedule;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.util.Locale;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for garbage collections, which it counts and times. This is the only place that does: when
 * an allocation would exceed what the policy allows, never on a timer. All methods belong to the
 * scheduler's lock.
 */
final class Collector {
  private static final Logger LOG = LoggerFactory.getLogger(Collector.class);

  /** How long to wait for the JVM's thread that hands references over to start. */
  private static final int START_MILLIS = 100;

  /** Collections that take more than one part in so many of the time are mentioned in the log. */
  private static final int SHARE = 20;

  private static final long SECOND = 1_000_000_000L;

  private final String device;
  private long count;
  private long nanos;
  private long firstStart;
  private boolean powerless;
  private boolean warned;
  private boolean hinted;

  Collector(String device) {
    this.device = device;
  }

  /** How many were asked for. */
  long count() {
    return count;
  }

  /** How long they took, with the wait for what they found. */
  long nanos() {
    return nanos;
  }

  /**
   * Whether the last one collected nothing, not even what was garbage for certain, because the JVM
   * ignores such requests.
   */
  boolean isPowerless() {
    return powerless;
  }

  /** Collects, and hands over what is found lost. */
  void collect(Claims claims, Consumer<Claims.Claim> lost) {
    long start = System.nanoTime();
    PhantomReference<Object> sentinel = claims.sentinel();
    System.gc();
    count++;
    powerless = !sentinel.refersTo(null);
    if (powerless) {
      sentinel.clear();
      warn();
    } else {
      gather(claims, lost, sentinel);
    }
    nanos += System.nanoTime() - start;
    hint(start);
  }

  /**
   * References reach the queue shortly after a collection, in a row, from a thread of the JVM: what
   * is lost is known when no more come.
   */
  private static void gather(
      Claims claims, Consumer<Claims.Claim> lost, PhantomReference<Object> sentinel) {
    long giveUp = System.nanoTime() + START_MILLIS * (SECOND / 1000);
    boolean started = false;
    boolean more = true;
    try {
      while (more) {
        Reference<?> reference = claims.await(1, lost);
        started |= reference == sentinel;
        more = reference != null || (!started && System.nanoTime() - giveUp < 0);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for what a busy machine may still owe, as long as it keeps coming. */
  void waitFor(Claims claims, Consumer<Claims.Claim> lost, int millis) {
    long start = System.nanoTime();
    try {
      boolean more = !powerless;
      while (more) {
        more = claims.await(millis, lost) != null;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    nanos += System.nanoTime() - start;
  }

  private void warn() {
    if (!warned) {
      warned = true;
      LOG.warn(
          "{}: System.gc() has no effect, as with -XX:+DisableExplicitGC: memory of tensors that are"
              + " garbage is found only when Java's own heap is full. Remove that flag, or give memory"
              + " back with Scope.open() or close()",
          device);
    }
  }

  private void hint(long start) {
    if (count == 1) {
      firstStart = start;
      return;
    }
    long passed = System.nanoTime() - firstStart;
    if (!hinted && passed > 5 * SECOND && nanos > passed / SHARE) {
      hinted = true;
      LOG.info(
          String.format(
              Locale.ROOT,
              "%s: %d garbage collections for the memory of tensors took %d %% of the last %d s; use"
                  + " Scope.open() around a step, or raise -Dclgrad.memory.garbage",
              device,
              count,
              100 * nanos / passed,
              passed / SECOND));
    }
  }
}
