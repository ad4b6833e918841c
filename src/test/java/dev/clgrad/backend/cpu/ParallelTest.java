package dev.clgrad.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ParallelTest {
  private final Parallel pool = new Parallel(4);

  @Test
  void everyIndexIsDoneOnce() {
    for (int n : new int[] {0, 1, 2, 15, 16, 17, 100, 1000, 4097}) {
      for (int grain : new int[] {1, 3, 16, 1000, 100_000}) {
        AtomicIntegerArray seen = new AtomicIntegerArray(n + 1);
        pool.parallelFor(
            n,
            grain,
            (begin, end) -> {
              assertTrue(begin < end);
              assertEquals(0, begin % grain, "a piece begins at a multiple of the grain");
              for (long i = begin; i < end; i++) {
                seen.incrementAndGet((int) i);
              }
            });
        for (int i = 0; i < n; i++) {
          assertEquals(1, seen.get(i), "index " + i + " of " + n + ", grain " + grain);
        }
        assertEquals(0, seen.get(n));
      }
    }
  }

  @Test
  void allThreadsTakePart() {
    CyclicBarrier barrier = new CyclicBarrier(4);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    pool.parallelFor(
        4,
        1,
        (begin, end) -> {
          threads.add(Thread.currentThread());
          await(barrier);
        });
    assertEquals(4, threads.size());
    assertTrue(threads.contains(Thread.currentThread()));
    for (Thread thread : threads) {
      assertTrue(thread == Thread.currentThread() || thread.isDaemon());
    }
  }

  @Test
  void aSmallRangeRunsOnTheCaller() {
    AtomicInteger calls = new AtomicInteger();
    pool.parallelFor(
        100,
        100,
        (begin, end) -> {
          assertEquals(0, begin);
          assertEquals(100, end);
          calls.incrementAndGet();
        });
    assertEquals(1, calls.get());
  }

  @Test
  void aNestedLoopRunsOnItsThread() {
    pool.parallelFor(
        16,
        1,
        (begin, end) -> {
          Thread outer = Thread.currentThread();
          AtomicInteger calls = new AtomicInteger();
          pool.parallelFor(
              1000,
              1,
              (from, to) -> {
                assertSame(outer, Thread.currentThread());
                calls.incrementAndGet();
              });
          assertEquals(1, calls.get());
        });
  }

  @Test
  void theFirstExceptionIsThrownWithTheOthers() {
    CyclicBarrier barrier = new CyclicBarrier(4);
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                pool.parallelFor(
                    4,
                    1,
                    (begin, end) -> {
                      await(barrier);
                      throw new IllegalStateException("piece " + begin);
                    }));
    assertEquals(3, thrown.getSuppressed().length);
    // The pool still works.
    everyIndexIsDoneOnce();
  }

  @Test
  void errorsPassToo() {
    assertThrows(
        StackOverflowError.class,
        () ->
            pool.parallelFor(
                100,
                1,
                (begin, end) -> {
                  throw new StackOverflowError();
                }));
  }

  @Test
  void anInterruptIsKept() {
    Thread.currentThread().interrupt();
    AtomicInteger sum = new AtomicInteger();
    pool.parallelFor(
        64,
        1,
        (begin, end) -> {
          sum.addAndGet((int) (end - begin));
          pause();
        });
    assertTrue(Thread.interrupted());
    assertEquals(64, sum.get());
  }

  @Test
  void aWorkerInterruptedByItsBodyLivesOn() {
    for (int i = 0; i < 20; i++) {
      pool.parallelFor(8, 1, (begin, end) -> Thread.currentThread().interrupt());
    }
    Thread.interrupted();
    allThreadsTakePart();
  }

  @Test
  void manyCallersShareThePool() throws InterruptedException {
    Thread[] callers = new Thread[6];
    AtomicInteger total = new AtomicInteger();
    for (int t = 0; t < callers.length; t++) {
      callers[t] =
          new Thread(
              () -> {
                for (int i = 0; i < 500; i++) {
                  pool.parallelFor(40, 1, (begin, end) -> total.addAndGet((int) (end - begin)));
                }
              });
      callers[t].start();
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertEquals(6 * 500 * 40, total.get());
  }

  @Test
  void wrongArgumentsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Parallel(0));
    assertThrows(IllegalArgumentException.class, () -> pool.parallelFor(10, 0, (begin, end) -> {}));
    assertFalse(Thread.interrupted());
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("not all threads took part", e);
    }
  }

  private static void pause() {
    java.util.concurrent.locks.LockSupport.parkNanos(100_000);
  }
}
