package dev.clgrad.backend.cpu;

import dev.clgrad.backend.RangeBody;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed set of daemon threads for parallel loops.
 *
 * <p>The calling thread takes part, so a pool of n threads has n - 1 workers. Which thread does
 * which indices differs from run to run: a body must not let its result depend on how the range is
 * cut, other than at multiples of the grain.
 *
 * <p>A loop in a loop runs on the thread that meets it. A loop that is cut into one piece runs at
 * once, without any hand-over.
 */
public final class Parallel {
  /** More pieces than threads even out pieces of unequal cost. */
  private static final int PIECES_PER_THREAD = 4;

  /** How often a thread that has nothing to do looks for a loop before it sleeps. */
  private static final int SPINS = 1000;

  private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

  private final int threads;
  private final LinkedTransferQueue<Loop> queue = new LinkedTransferQueue<>();

  /**
   * A pool whose loops run on this many threads, the caller's among them.
   *
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public Parallel(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("a pool needs at least 1 thread, not " + threads);
    }
    this.threads = threads;
    for (int i = 1; i < threads; i++) {
      Thread worker = new Thread(this::work, "clgrad-cpu-" + i);
      worker.setDaemon(true);
      worker.start();
    }
  }

  /**
   * The pool of this process: as many threads as processors, or as the property {@code
   * clgrad.threads} says.
   */
  public static Parallel shared() {
    return Holder.SHARED;
  }

  /** Number of threads that take part in a loop, the caller's among them. */
  public int threads() {
    return threads;
  }

  /**
   * Runs {@code body} over 0 to {@code n} in pieces and returns when all are done. Pieces begin at
   * multiples of {@code grain}.
   *
   * <p>What the body throws is thrown here once the pieces under way have ended; the first one, the
   * others suppressed in it. Pieces not yet begun are then left out. An interrupt neither stops nor
   * shortens a loop, and stays set.
   *
   * @param grain the fewest indices worth handing to another thread
   * @throws IllegalArgumentException if {@code grain} is below 1
   */
  public void parallelFor(long n, long grain, RangeBody body) {
    if (grain < 1) {
      throw new IllegalArgumentException("the grain of a loop must be at least 1, not " + grain);
    }
    if (n <= 0) {
      return;
    }
    if (n <= grain || threads == 1 || INSIDE.get()) {
      body.run(0, n);
      return;
    }
    long units = (n - 1) / grain + 1;
    long pieces = Math.min(units, (long) threads * PIECES_PER_THREAD);
    // Whole grains per piece, so that cuts fall on multiples of the grain.
    long step = ((units - 1) / pieces + 1) * grain;
    pieces = (n - 1) / step + 1;
    Loop loop = new Loop(n, step, pieces, body, Thread.currentThread());
    for (int i = 0; i < Math.min(threads, pieces) - 1; i++) {
      queue.add(loop);
    }
    loop.takePart();
    loop.await();
  }

  /** The next loop; one that follows at once need not wake a thread that sleeps. */
  private Loop next() throws InterruptedException {
    for (int i = 0; i < SPINS; i++) {
      Loop loop = queue.poll();
      if (loop != null) {
        return loop;
      }
      Thread.onSpinWait();
    }
    return queue.take();
  }

  private void work() {
    while (true) {
      try {
        next().takePart();
      } catch (InterruptedException e) {
        // Nobody outside holds this thread; a body that interrupted it meant no more than its own
        // piece.
      }
    }
  }

  /** One call of parallelFor. */
  private static final class Loop {
    private final long n;
    private final long step;
    private final long pieces;
    private final RangeBody body;
    private final Thread caller;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicInteger failures = new AtomicInteger();
    private final List<Throwable> thrown = new ArrayList<>();

    Loop(long n, long step, long pieces, RangeBody body, Thread caller) {
      this.n = n;
      this.step = step;
      this.pieces = pieces;
      this.body = body;
      this.caller = caller;
    }

    void takePart() {
      INSIDE.set(true);
      try {
        for (long piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
          run(piece);
        }
      } finally {
        INSIDE.set(false);
      }
    }

    private void run(long piece) {
      try {
        if (failures.get() == 0) {
          body.run(piece * step, Math.min(n, (piece + 1) * step));
        }
      } catch (Throwable e) {
        synchronized (thrown) {
          thrown.add(e);
        }
        failures.incrementAndGet();
      } finally {
        if (done.incrementAndGet() == pieces) {
          LockSupport.unpark(caller);
        }
      }
    }

    void await() {
      boolean interrupted = false;
      for (int spins = 0; done.get() < pieces; spins++) {
        if (spins < 1000) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
          interrupted |= Thread.interrupted();
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      if (failures.get() > 0) {
        rethrow();
      }
    }

    private void rethrow() {
      Throwable first;
      synchronized (thrown) {
        first = thrown.get(0);
        for (Throwable other : thrown.subList(1, thrown.size())) {
          if (other != first) {
            first.addSuppressed(other);
          }
        }
      }
      if (first instanceof Error error) {
        throw error;
      }
      if (first instanceof RuntimeException exception) {
        throw exception;
      }
      throw new IllegalStateException("a loop body threw a checked exception", first);
    }
  }

  private static final class Holder {
    static final Parallel SHARED = new Parallel(configuredThreads());
  }

  private static int configuredThreads() {
    @Nullable Integer property = Integer.getInteger("clgrad.threads");
    return property != null && property >= 1
        ? property
        : Runtime.getRuntime().availableProcessors();
  }
}
