package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Graphs on several threads. */
@Timeout(120)
class BackwardThreadsTest {
  private static double[] grad(Tensor x) {
    Tensor grad = x.grad();
    assertNotNull(grad);
    return grad.toDoubleArray();
  }

  @Test
  void twoThreadsInOneGraphAreRefused() throws Exception {
    Tensor x = Tensor.of(new double[] {2}).requiresGrad(true);
    Tensor shared = x.square();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    shared.registerHook(
        g -> {
          inside.countDown();
          try {
            assertTrue(go.await(60, TimeUnit.SECONDS));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return null;
        });
    Tensor mine = shared.mul(3);
    Tensor theirs = shared.mul(5);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread other =
        new Thread(
            () -> {
              try {
                theirs.backward(null, true, false);
              } catch (RuntimeException | Error e) {
                failure.set(e);
              }
            },
            "the other");
    other.start();
    assertTrue(inside.await(60, TimeUnit.SECONDS));
    AutogradException e = null;
    try {
      mine.backward(null, true, false);
    } catch (AutogradException refused) {
      e = refused;
    } finally {
      go.countDown();
    }
    other.join();
    assertEquals(null, failure.get());
    assertNotNull(e);
    assertTrue(
        e.getMessage()
            .startsWith("backward: thread the other is computing gradients through PowBackward0"),
        e.getMessage());
    assertArrayEquals(new double[] {20}, grad(x));
    // Nothing was lost: now it is this thread's turn.
    mine.backward();
    assertArrayEquals(new double[] {32}, grad(x));
  }

  @Test
  void graphsOfTheirOwnMeetInSharedLeaves() throws Exception {
    int threads = 4;
    int steps = 200;
    Tensor w = Tensor.of(new double[] {1, 2}).requiresGrad(true);
    // Integers, so that the order of additions does not show.
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int factor = t + 1;
        running.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < steps; i++) {
                    w.mul(factor).square().sum().backward();
                  }
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } finally {
      pool.shutdown();
    }
    double squares = 1 + 4 + 9 + 16;
    assertArrayEquals(new double[] {2 * squares * steps, 4 * squares * steps}, grad(w));
  }

  @Test
  void manyThreadsOnOneRetainedGraphGiveItsGradientOrAnError() throws Exception {
    int threads = 4;
    Tensor x = Tensor.of(new double[] {3}).requiresGrad(true);
    Tensor y = x;
    for (int i = 0; i < 50; i++) {
      y = y.mul(1).add(0);
    }
    Tensor root = y.square();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    int done = 0;
    int refused = 0;
    try {
      List<Future<Boolean>> running = new ArrayList<>();
      for (int t = 0; t < threads * 25; t++) {
        running.add(
            pool.submit(
                () -> {
                  try {
                    List<Tensor> g = Autograd.grad(List.of(root), List.of(x), null, true, false);
                    assertEquals(6, g.get(0).item());
                    return true;
                  } catch (AutogradException e) {
                    assertTrue(e.getMessage().contains("is computing gradients"), e.getMessage());
                    return false;
                  }
                }));
      }
      for (Future<Boolean> one : running) {
        if (one.get()) {
          done++;
        } else {
          refused++;
        }
      }
    } finally {
      pool.shutdown();
    }
    assertEquals(threads * 25, done + refused);
    assertTrue(done > 0);
    root.backward();
    assertArrayEquals(new double[] {6}, grad(x));
  }

  @Test
  void viewsAreAskedByManyThreadsAfterAChange() throws Exception {
    Tensor x = Tensor.of(new double[] {1, 2}).requiresGrad(true);
    for (int round = 0; round < 50; round++) {
      Tensor y = x.mul(1);
      Tensor view = y.select(0, 0);
      y.mul_(2);
      List<@Nullable GradFn> seen = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        Thread thread =
            new Thread(
                () -> {
                  GradFn made = view.gradFn();
                  synchronized (seen) {
                    seen.add(made);
                  }
                });
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(3, seen.size());
      assertEquals(seen.get(0), seen.get(1));
      assertEquals(seen.get(0), seen.get(2));
    }
  }
}
