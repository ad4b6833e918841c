package dev.clgrad.backend.cpu.simd;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The choice between the plain and the SIMD form of one primitive. Both give the same bits.
 *
 * <p>Vector code is a hundred times slower than plain code until the JIT compiler has seen enough
 * of it, which in a loaded process takes seconds. So a primitive starts out plain. Once enough has
 * been asked of it, a background thread runs both forms on made-up data until the SIMD form is the
 * faster one; from then on it is used. Where it never is, the plain form stays.
 */
final class Choice {
  private static final Logger LOG = LoggerFactory.getLogger(Choice.class);

  /** Wins in a row that settle the matter. */
  private static final int WINS = 20;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final ThreadPoolExecutor WARMER = warmer();

  private final String name;
  private final long worthwhile;
  private final Runnable plain;
  private final Runnable simd;
  private final AtomicLong asked = new AtomicLong();
  private volatile boolean chosen;

  /**
   * A choice that starts out plain.
   *
   * @param worthwhile the work, as given to {@link #simd(long)}, from which on it is worth to warm
   *     up the SIMD form
   * @param plain a run of the plain form, to compare
   * @param simd a run of the SIMD form on data of the same size
   */
  Choice(String name, long worthwhile, Runnable plain, Runnable simd) {
    this.name = name;
    this.worthwhile = worthwhile;
    this.plain = plain;
    this.simd = simd;
  }

  /** Whether to use the SIMD form for this much work. */
  boolean simd(long work) {
    if (chosen) {
      return true;
    }
    long before = asked.getAndAdd(work);
    if (before < worthwhile && before + work >= worthwhile) {
      WARMER.execute(this::warmUp);
    }
    return false;
  }

  private void warmUp() {
    long start = System.nanoTime();
    try {
      int wins = 0;
      while (wins < WINS && System.nanoTime() - start < PATIENCE_NANOS) {
        long t0 = System.nanoTime();
        simd.run();
        long t1 = System.nanoTime();
        plain.run();
        long t2 = System.nanoTime();
        wins = t1 - t0 < t2 - t1 ? wins + 1 : 0;
      }
      chosen = wins == WINS;
      LOG.debug(
          "{} uses {} after {} ms of comparison",
          name,
          chosen ? "vectors" : "plain Java, which is not slower,",
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    } catch (LinkageError | RuntimeException e) {
      LOG.warn("{} stays plain Java because its vector form failed", name, e);
    }
  }

  private static ThreadPoolExecutor warmer() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "clgrad-simd-warm-up");
              thread.setDaemon(true);
              thread.setPriority(Thread.MIN_PRIORITY);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }
}
