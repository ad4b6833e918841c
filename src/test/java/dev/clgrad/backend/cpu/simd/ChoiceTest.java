package dev.clgrad.backend.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ChoiceTest {
  @Test
  void littleWorkStaysPlainAndStartsNothing() throws InterruptedException {
    AtomicInteger runs = new AtomicInteger();
    Choice choice = new Choice("test", 1000, () -> {}, runs::incrementAndGet);
    assertFalse(choice.simd(600));
    assertFalse(choice.simd(399));
    Thread.sleep(50);
    assertEquals(0, runs.get());
  }

  @Test
  void muchWorkTurnsToTheFasterForm() throws InterruptedException {
    Choice choice = new Choice("test", 1000, () -> pause(2), () -> {});
    assertFalse(choice.simd(1000));
    while (!choice.simd(1)) {
      Thread.sleep(5);
    }
    assertTrue(choice.simd(1));
  }

  @Test
  void aSlowFormIsNotTaken() throws InterruptedException {
    CountDownLatch comparisons = new CountDownLatch(100);
    AtomicInteger calls = new AtomicInteger();
    Runnable simd =
        () -> {
          comparisons.countDown();
          pause(calls.incrementAndGet() < 100 ? 2 : 0);
        };
    Choice choice = new Choice("test", 1, () -> pause(1), simd);
    assertFalse(choice.simd(1));
    while (comparisons.getCount() > 1) {
      assertFalse(choice.simd(1));
      Thread.sleep(1);
    }
    // Now it becomes the faster one.
    while (!choice.simd(1)) {
      Thread.sleep(5);
    }
  }

  @Test
  void aFailingFormIsNotTaken() throws InterruptedException {
    CountDownLatch failed = new CountDownLatch(1);
    Choice choice =
        new Choice(
            "test",
            1,
            () -> {},
            () -> {
              failed.countDown();
              throw new IllegalStateException("no vectors, as the test wants it");
            });
    assertFalse(choice.simd(1));
    assertTrue(failed.await(30, TimeUnit.SECONDS));
    assertFalse(choice.simd(1));
  }

  private static void pause(int milliseconds) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
