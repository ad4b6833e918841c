package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.op.Add;
import dev.clgrad.op.Mul;
import dev.clgrad.schedule.Counters;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the tape records and how gradients come back. */
class TapeTest {
  private static Tensor leaf(float... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  private static Tensor gradOf(Tensor x) {
    Tensor grad = x.grad();
    assertNotNull(grad);
    return grad;
  }

  private static void assertGrad(Tensor x, float... expected) {
    assertArrayEquals(expected, gradOf(x).toFloatArray(), 1e-5f);
  }

  @Test
  void accumulatesUntilTheGradientIsForgotten() {
    Tensor x = Tensor.scalar(3f).requiresGrad(true);
    assertNull(x.grad());
    x.mul(x).backward();
    assertEquals(6, gradOf(x).item());
    x.mul(x).mul(3).add(x.mul(4)).add(2).backward();
    assertEquals(28, gradOf(x).item());
    x.zeroGrad();
    assertNull(x.grad());
    x.mul(x).backward();
    assertEquals(6, gradOf(x).item());
  }

  @Test
  void sumsOverSharedSubgraphs() {
    Tensor x = leaf(1, 2);
    Tensor shared = x.mul(x);
    Tensor left = shared.mul(3);
    Tensor right = shared.mul(shared);
    left.add(right).add(shared).sum().backward();
    // (3 + 2 x² + 1) 2 x
    assertGrad(x, 12, 48);
  }

  @Test
  void differentiatesSeveralRootsAtOnce() {
    Tensor x = leaf(1, 2, 3);
    Tensor a = x.mul(x).sum();
    Tensor b = a.mul(2);
    List<Tensor> grads = Autograd.grad(List.of(a, b, a), List.of(x));
    assertArrayEquals(new float[] {8, 16, 24}, grads.get(0).toFloatArray());
    assertNull(x.grad());
  }

  @Test
  void retainsTheGraphWhenAsked() {
    Tensor x = leaf(2, 3);
    Tensor y = x.mul(x).sum();
    y.backward(null, true, false);
    y.backward(null, true, false);
    assertGrad(x, 8, 12);
    y.backward();
    assertGrad(x, 12, 18);
    AutogradException e = assertThrows(AutogradException.class, y::backward);
    assertTrue(e.getMessage().contains("retainGraph"), e.getMessage());
    assertGrad(x, 12, 18);
  }

  @Test
  void refusesASecondWalkThroughWhatWasGivenBack() {
    Tensor x = leaf(2, 3);
    Tensor inner = x.mul(x);
    inner.sum().backward();
    assertThrows(AutogradException.class, () -> inner.mul(2).sum().backward());
    assertGrad(x, 4, 6);
  }

  @Test
  void givesDerivativesOfAnyOrder() {
    Tensor x = leaf(2, -3);
    Tensor y = x.mul(x).mul(x.mul(x)).sum();
    Tensor first = Autograd.grad(List.of(y), List.of(x), null, true, true).get(0);
    assertArrayEquals(new float[] {32, -108}, first.toFloatArray());
    Tensor second = Autograd.grad(List.of(first.sum()), List.of(x), null, true, true).get(0);
    assertArrayEquals(new float[] {48, 108}, second.toFloatArray());
    Tensor third = Autograd.grad(List.of(second.sum()), List.of(x), null, true, true).get(0);
    assertArrayEquals(new float[] {48, -72}, third.toFloatArray());
    Tensor fourth = Autograd.grad(List.of(third.sum()), List.of(x)).get(0);
    assertArrayEquals(new float[] {24, 24}, fourth.toFloatArray());
  }

  @Test
  void accumulatesGradientsThatCanBeDifferentiated() {
    Tensor x = leaf(2);
    x.mul(x).mul(x).sum().backward(null, true, true);
    Tensor grad = gradOf(x);
    assertTrue(grad.requiresGrad());
    assertArrayEquals(
        new float[] {12}, Autograd.grad(List.of(grad.sum()), List.of(x)).get(0).toFloatArray());
  }

  @Test
  void refusesWhatHasNoGradient() {
    Tensor x = leaf(1, 2);
    AutogradException vector = assertThrows(AutogradException.class, () -> x.mul(2).backward());
    assertTrue(vector.getMessage().contains("[2]"), vector.getMessage());
    Tensor plain = Tensor.of(1f, 2f);
    AutogradException none = assertThrows(AutogradException.class, () -> plain.sum().backward());
    assertTrue(none.getMessage().contains("requiresGrad"), none.getMessage());
    assertThrows(ShapeException.class, () -> x.mul(2).backward(Tensor.of(1f, 2f, 3f)));
    assertThrows(DTypeException.class, () -> x.mul(2).backward(Tensor.of(1.0, 2.0)));
    assertThrows(AutogradException.class, () -> Autograd.grad(List.of(x.sum()), List.of(plain)));
    Tensor other = leaf(1);
    assertThrows(AutogradException.class, () -> Autograd.grad(List.of(x.sum()), List.of(other)));
    assertThrows(DTypeException.class, () -> Tensor.of(1L, 2L).requiresGrad(true));
    assertThrows(AutogradException.class, () -> x.mul(2).requiresGrad(false));
    assertNull(x.grad());
  }

  @Test
  void takesAnUpstreamGradient() {
    Tensor x = leaf(1, 2);
    x.mul(x).backward(Tensor.of(10f, 100f));
    assertGrad(x, 20, 400);
  }

  @Test
  void givesGradientsOfWhatIsNoLeaf() {
    Tensor x = leaf(1, 2);
    Tensor inner = x.mul(3);
    Tensor outer = inner.mul(inner).sum();
    List<Tensor> grads = Autograd.grad(List.of(outer), List.of(inner, x));
    assertArrayEquals(new float[] {6, 12}, grads.get(0).toFloatArray());
    assertArrayEquals(new float[] {18, 36}, grads.get(1).toFloatArray());
    assertNull(x.grad());
  }

  @Test
  void walksGraphsOfAnyDepth() {
    Tensor x = Tensor.scalar(1f).requiresGrad(true);
    Tensor y = x;
    for (int i = 0; i < 100_000; i++) {
      y = y.add(1);
    }
    y.backward();
    assertEquals(1, gradOf(x).item());
  }

  @Test
  void recordsNothingWithinNoGrad() {
    Tensor x = leaf(1, 2);
    try (Autograd.Mode off = Autograd.noGrad()) {
      assertFalse(Autograd.isGradEnabled());
      assertFalse(x.mul(2).requiresGrad());
      try (Autograd.Mode on = Autograd.enableGrad()) {
        assertTrue(x.mul(2).requiresGrad());
      }
      assertFalse(x.mul(2).requiresGrad());
    }
    assertTrue(x.mul(2).requiresGrad());
    assertEquals("MulBackward0", x.mul(2).gradFn().name());
  }

  @Test
  void keepsGradModeToItsThread() throws InterruptedException {
    AtomicBoolean other = new AtomicBoolean();
    try (Autograd.Mode off = Autograd.noGrad()) {
      Thread thread = new Thread(() -> other.set(Autograd.isGradEnabled()));
      thread.start();
      thread.join();
    }
    assertTrue(other.get());
  }

  @Test
  void detachesInTheSameMemory() {
    Tensor x = leaf(1, 2);
    Tensor d = x.mul(2).detach();
    assertFalse(d.requiresGrad());
    assertNull(d.gradFn());
    Tensor plain = Tensor.of(1f, 2f);
    Tensor same = plain.detach();
    Add.into(same.variable(), 5);
    assertArrayEquals(new float[] {6, 7}, plain.toFloatArray());
  }

  @Test
  void givesEachLeafMemoryOfItsOwn() {
    Tensor a = leaf(1, 2);
    Tensor b = leaf(3, 4);
    Tensor upstream = Tensor.of(1f, 10f);
    a.add(b).backward(upstream);
    Add.into(gradOf(a).variable(), 100);
    assertGrad(a, 101, 110);
    assertGrad(b, 1, 10);
    assertArrayEquals(new float[] {1, 10}, upstream.toFloatArray());
    a.zeroGrad();
    b.zeroGrad();
    // Here the shared gradient is the walk's own.
    a.add(b).mul(2).backward(upstream);
    Mul.into(gradOf(b).variable(), 0);
    assertGrad(a, 2, 20);
    assertGrad(b, 0, 0);
    a.zeroGrad();
    a.backward(upstream);
    Add.into(gradOf(a).variable(), 1);
    assertArrayEquals(new float[] {1, 10}, upstream.toFloatArray());
  }

  @Test
  void givesDifferentiableGradientsMemoryOfTheirOwnToo() {
    Tensor a = leaf(1, 2);
    Tensor b = leaf(1, 2);
    Tensor upstream = Tensor.of(5f, 6f);
    Tensor y = a.add(b);
    y.backward(upstream, true, true);
    gradOf(a).add_(1);
    y.backward(upstream, true, false);
    assertGrad(a, 11, 13);
    assertGrad(b, 10, 12);
    assertArrayEquals(new float[] {5, 6}, upstream.toFloatArray());
    // An expanded gradient is one that can be written, too.
    Tensor c = leaf(1, 2);
    c.sum().backward(null, false, true);
    gradOf(c).mul_(2);
    assertGrad(c, 2, 2);
  }

  @Test
  void noticesThatASavedValueWasOverwritten() {
    Tensor x = leaf(1, 2);
    Tensor w = Tensor.of(3f, 4f);
    Tensor y = x.mul(w).sum();
    Add.into(w.variable(), 1);
    AutogradException e = assertThrows(AutogradException.class, y::backward);
    assertTrue(e.getMessage().contains("in-place"), e.getMessage());
    assertNull(x.grad());
    assertThrows(AutogradException.class, () -> Add.into(x.variable(), 1));
    assertArrayEquals(new float[] {1, 2}, x.toFloatArray());
  }

  @Test
  void updatesALeafBetweenSteps() {
    Tensor x = leaf(1, 2);
    for (int step = 0; step < 3; step++) {
      x.mul(x).sum().backward();
      try (Autograd.Mode off = Autograd.noGrad()) {
        Add.into(x.variable(), gradOf(x).mul(-0.25).variable());
      }
      x.zeroGrad();
    }
    assertArrayEquals(new float[] {0.125f, 0.25f}, x.toFloatArray());
  }

  @Test
  void leavesGradientsAsTheyWereWhenAGradientFails() {
    Tensor x = leaf(1, 2);
    x.mul(3).sum().backward();
    Variable broken = x.mul(2).detach().variable();
    Variable source = x.variable();
    Node.record(
        "BrokenBackward0",
        List.of(source),
        List.of(broken),
        List.of(),
        c -> {
          throw new AutogradException("broken");
        });
    Tensor y = new Tensor(broken).add(x).sum();
    assertThrows(AutogradException.class, y::backward);
    assertGrad(x, 3, 3);
    // Nothing but the failing gradient keeps the graph from being used again.
    AutogradException again = assertThrows(AutogradException.class, y::backward);
    assertEquals("broken", again.getMessage());
  }

  @Test
  void passesOnWhatWasSavedAsAGradient() {
    Tensor x = leaf(1, 2);
    Tensor w = Tensor.of(5f, 6f);
    Variable y = x.mul(w).detach().variable();
    Node.record(
        "SavedBackward0",
        List.of(x.variable()),
        List.of(y),
        List.of(w.variable()),
        c -> new @Nullable Variable[] {c.saved(0)});
    new Tensor(y).sum().backward();
    assertGrad(x, 5, 6);
    Add.into(gradOf(x).variable(), 1);
    assertArrayEquals(new float[] {5, 6}, w.toFloatArray());
  }

  @Test
  void doesNotGrowWhereATotalIsNeverRead() {
    Device device = Device.getDefault();
    device.synchronize();
    System.gc();
    device.emptyCache();
    Tensor total = Tensor.scalar(0f);
    Tensor loss = Tensor.scalar(1f).requiresGrad(true).mul(1);
    long before = device.counters().liveBytes();
    long peak = 0;
    for (int i = 0; i < 100_000; i++) {
      total = total.add(loss.detach());
      peak = Math.max(peak, i % 1000 == 0 ? device.counters().liveBytes() : 0);
    }
    // A scalar takes 64 bytes; far less than one for each step may wait for Java's collector.
    System.gc();
    assertTrue(settles(device, before + 64 * 1024), "live bytes: " + device.counters());
    assertTrue(peak - before <= 100_000 * 64L, "peak " + peak);
    assertEquals(100_000, total.item());
  }

  /** Whether garbage has left a device; references arrive a little after a collection. */
  private static boolean settles(Device device, long limit) {
    for (int i = 0; i < 100; i++) {
      device.emptyCache();
      if (device.counters().liveBytes() <= limit) {
        return true;
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return false;
  }

  @Test
  void givesEveryBufferOfAStepBack() {
    Device device = Device.getDefault();
    Tensor w = Tensor.ones(20, 10).requiresGrad(true);
    Tensor x = Tensor.ones(5, 20);
    long live = -1;
    long allocations = 0;
    for (int step = 0; step < 1000; step++) {
      try (Scope scope = Scope.open()) {
        Tensor y = x.matmul(w).tanh();
        y.mul(y).sum().backward();
        try (Autograd.Mode off = Autograd.noGrad()) {
          Add.into(w.variable(), gradOf(w).mul(-0.01).variable());
          Mul.into(gradOf(w).variable(), 0);
        }
      }
      device.synchronize();
      Counters counters = device.counters();
      if (step == 2) {
        // Other tests' tensors may go at any time, but not in these few lines of a fresh start.
        live = counters.liveBytes();
        allocations = counters.allocations();
      } else if (step > 2) {
        assertTrue(counters.liveBytes() <= live, "step " + step + ": " + counters);
      }
    }
    assertEquals(allocations, device.counters().allocations());
  }
}
