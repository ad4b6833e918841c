package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What becomes of saved tensors, and segments that save nothing. */
class SavedTensorHooksTest {
  private static Tensor leaf(float... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  private static float[] grad(Tensor x) {
    Tensor grad = x.grad();
    assertNotNull(grad);
    return grad.toFloatArray();
  }

  /** Counts what is packed and unpacked. */
  private static final class Counting implements SavedTensorHooks<Tensor> {
    final List<Shape> packed = new ArrayList<>();
    final List<Shape> unpacked = new ArrayList<>();

    @Override
    public Tensor pack(Tensor saved) {
      packed.add(saved.shape());
      assertTrue(!saved.requiresGrad());
      return saved;
    }

    @Override
    public Tensor unpack(Tensor tensor) {
      unpacked.add(tensor.shape());
      return tensor;
    }
  }

  @Test
  void everySavedTensorIsPackedAndUnpacked() {
    Tensor x = leaf(1, 2);
    Counting hooks = new Counting();
    Tensor loss;
    try (var mode = Autograd.savedTensorHooks(hooks)) {
      loss = x.exp().mul(x).sum();
    }
    Tensor unhooked = x.square().sum();
    // exp saves its result, mul both its operands, sum nothing.
    assertEquals(3, hooks.packed.size());
    assertEquals(0, hooks.unpacked.size());
    loss.backward();
    assertEquals(3, hooks.unpacked.size());
    unhooked.backward();
    assertEquals(3, hooks.unpacked.size());
    double e = Math.E;
    assertArrayEquals(new float[] {(float) (2 * e + 2), (float) (3 * e * e + 4)}, grad(x), 1e-4f);
  }

  @Test
  void theInnermostHooksCountAndDerivativesOfAnyOrderWork() {
    Tensor x = leaf(2);
    Counting outer = new Counting();
    Counting inner = new Counting();
    Tensor y;
    try (var a = Autograd.savedTensorHooks(outer)) {
      Tensor z = x.pow(3);
      try (var b = Autograd.savedTensorHooks(inner)) {
        y = z.mul(x);
      }
    }
    assertEquals(1, outer.packed.size());
    assertEquals(2, inner.packed.size());
    Tensor first = Autograd.grad(List.of(y), List.of(x), null, true, true).get(0);
    Tensor second = Autograd.grad(List.of(first), List.of(x), null, true, true).get(0);
    assertEquals(32, first.item());
    assertEquals(48, second.item());
    assertEquals(48, Autograd.grad(List.of(second), List.of(x)).get(0).item());
  }

  @Test
  void whatIsUnpackedMustFit() {
    Tensor x = leaf(1, 2);
    SavedTensorHooks<Integer> broken =
        new SavedTensorHooks<>() {
          @Override
          public Integer pack(Tensor saved) {
            return 3;
          }

          @Override
          public Tensor unpack(Integer packed) {
            return Tensor.ones(packed);
          }
        };
    Tensor y;
    try (var mode = Autograd.savedTensorHooks(broken)) {
      y = x.exp();
    }
    AutogradException e = assertThrows(AutogradException.class, () -> y.sum().backward());
    assertTrue(
        e.getMessage().contains("float32[3] where ExpBackward0 had saved float32[2]"),
        e.getMessage());
  }

  @Test
  void savedTensorsStayOnTheHost() {
    Tensor x = leaf(1, 2);
    Tensor y;
    try (var mode = Autograd.savedTensorHooks(SavedTensorHooks.onHost())) {
      y = x.exp().mul(x).transpose(0, 0);
    }
    // What is kept is what was saved, whatever becomes of the tensor.
    Autograd.noGrad(() -> x.zero_());
    y.sum().backward();
    assertArrayEquals(
        new float[] {(float) (2 * Math.E), (float) (3 * Math.exp(2))}, grad(x), 1e-4f);
  }

  @Test
  void savedTensorsInHalfTheBits() {
    Tensor x = leaf(1, 2);
    Tensor y;
    try (var mode = Autograd.savedTensorHooks(SavedTensorHooks.asHalf())) {
      y = x.exp();
    }
    y.sum().backward();
    float[] half = grad(x);
    assertArrayEquals(new float[] {(float) Math.E, (float) Math.exp(2)}, half, 4e-3f);
    assertTrue(half[0] != (float) Math.E, "rounded");
  }

  @Test
  void aCheckpointedSegmentHasTheSameGradients() {
    Tensor w = leaf(0.5f, -1);
    AtomicInteger calls = new AtomicInteger();
    Function<Tensor, Tensor> segment =
        x -> {
          calls.incrementAndGet();
          return x.mul(w).tanh().exp().mul(x).sigmoid();
        };
    Tensor x = leaf(1, 2);
    Tensor plain = leaf(1, 2);
    segment.apply(plain).square().sum().backward();
    float[] ofW = grad(w);
    w.zeroGrad();
    Tensor y = Autograd.checkpoint(segment, x);
    assertEquals(2, calls.get());
    y.square().sum().backward();
    assertEquals(3, calls.get());
    assertArrayEquals(grad(plain), grad(x));
    assertArrayEquals(ofW, grad(w));
  }

  @Test
  void checkpointsNestAndHaveDerivativesOfAnyOrder() {
    Tensor x = leaf(2);
    Tensor y =
        Autograd.checkpoint(a -> Autograd.checkpoint(b -> b.pow(3).mul(b), a).mul(a), x); // x⁵
    Tensor first = Autograd.grad(List.of(y), List.of(x), null, true, true).get(0);
    Tensor second = Autograd.grad(List.of(first), List.of(x), null, true, true).get(0);
    assertEquals(80, first.item(), 1e-3);
    assertEquals(160, second.item(), 1e-3);
    assertEquals(240, Autograd.grad(List.of(second), List.of(x)).get(0).item(), 1e-3);
  }

  @Test
  void randomNumbersAreTheSameWhenComputedAgain() {
    Clgrad.manualSeed(7);
    Tensor x = Tensor.ones(1000).requiresGrad(true);
    Tensor y = Autograd.checkpoint(a -> a.dropout(0.5).exp(), x);
    // Others draw in between.
    Tensor.rand(100);
    float[] kept = y.toFloatArray();
    y.sum().backward();
    float[] g = grad(x);
    int dropped = 0;
    for (int i = 0; i < g.length; i++) {
      // exp(2) where it was kept, with slope 2; exp(0) with slope 0 where not.
      assertEquals(kept[i] > 2 ? 2 * Math.exp(2) : 0, g[i], 1e-4);
      dropped += kept[i] > 2 ? 0 : 1;
    }
    assertTrue(dropped > 400 && dropped < 600, dropped + " dropped");
    Tensor after = Tensor.rand(3);
    Clgrad.manualSeed(7);
    Tensor.ones(1000).dropout(0.5);
    Tensor.rand(100);
    assertArrayEquals(Tensor.rand(3).toFloatArray(), after.toFloatArray());
  }

  @Test
  void nestedSegmentsDrawTheSameNumbersToo() {
    Clgrad.manualSeed(3);
    Tensor x = Tensor.ones(1000).requiresGrad(true);
    Tensor y =
        Autograd.checkpoint(a -> Autograd.checkpoint(b -> b.dropout(0.5), a).exp().mul(1), x);
    float[] values = y.toFloatArray();
    y.sum().backward();
    float[] g = grad(x);
    for (int i = 0; i < g.length; i++) {
      assertEquals(values[i] > 2 ? 2 * Math.exp(2) : 0, g[i], 1e-4);
    }
    float after = Tensor.rand(1).toFloatArray()[0];
    Clgrad.manualSeed(3);
    Tensor.ones(1000).dropout(0.5);
    assertEquals(Tensor.rand(1).toFloatArray()[0], after);
  }

  @Test
  void aSegmentMayChangeItsInputInPlace() {
    Tensor x = leaf(-1, 2);
    Tensor y = Autograd.checkpoint(t -> t.relu_().square(), x.mul(2));
    y.sum().backward(null, true, false);
    assertArrayEquals(new float[] {0, 16}, grad(x));
    y.sum().backward();
    assertArrayEquals(new float[] {0, 32}, grad(x));
  }

  @Test
  void forwardModeGoesThroughASegment() {
    Tensor w = Tensor.of(new float[][] {{1, 2}, {3, 4}}).requiresGrad(true);
    Tensor x = Tensor.of(new float[][] {{1, 1}});
    try (ForwardMode forward = ForwardMode.open()) {
      Tensor dual = forward.dual(x, Tensor.of(new float[][] {{1, 0}}));
      Tensor y = Autograd.checkpoint(t -> t.matmul(w).square(), dual);
      Tensor slope = forward.tangent(y);
      assertNotNull(slope);
      assertArrayEquals(new float[] {2 * 4 * 1, 2 * 6 * 2}, slope.toFloatArray());
      y.sum().backward();
    }
    assertArrayEquals(new float[] {8, 12, 8, 12}, grad(w));
  }

  @Test
  void whatIsUnpackedStaysTheProgrammes() {
    Tensor x = leaf(1, 2);
    List<Tensor> kept = new ArrayList<>();
    SavedTensorHooks<Tensor> remembering =
        new SavedTensorHooks<>() {
          @Override
          public Tensor pack(Tensor saved) {
            return saved;
          }

          @Override
          public Tensor unpack(Tensor packed) {
            if (kept.isEmpty()) {
              kept.add(packed.mul(1));
            }
            return kept.get(0);
          }
        };
    Tensor y;
    try (var mode = Autograd.savedTensorHooks(remembering)) {
      y = x.exp();
    }
    y.sum().backward(null, true, false);
    y.sum().backward();
    assertEquals(Math.E, kept.get(0).toFloatArray()[0], 1e-6);
    assertEquals(2 * Math.E, grad(x)[0], 1e-5);
  }

  @Test
  void severalInputsAndResultsAndInputsThatAreChangedLater() {
    Tensor a = leaf(1, 2);
    Tensor b = leaf(3, 4);
    Tensor c = b.mul(1);
    List<Tensor> out =
        Autograd.checkpoint(
            in -> List.of(in.get(0).mul(in.get(1)), in.get(1).square()), List.of(a, c));
    c.zero_();
    out.get(0).add(out.get(1)).sum().backward();
    assertArrayEquals(new float[] {3, 4}, grad(a));
    assertArrayEquals(new float[] {1 + 6, 2 + 8}, grad(b));
  }

  @Test
  void aSegmentMustDoTheSameTwice() {
    Tensor x = leaf(1);
    AtomicInteger calls = new AtomicInteger();
    Tensor y = Autograd.checkpoint(a -> calls.incrementAndGet() == 1 ? a.exp().exp() : a.exp(), x);
    AutogradException e = assertThrows(AutogradException.class, () -> y.backward());
    assertTrue(
        e.getMessage().contains("saved 1 tensors for backward, and the first time 2"),
        e.getMessage());
  }

  @Test
  void aSegmentHoldsLessMemory() throws InterruptedException {
    Device device = Device.getDefault();
    int n = 64;
    Tensor x = Tensor.ones(n, n).requiresGrad(true);
    Tensor w = Tensor.ones(n, n).mul(1.0 / n);
    Function<Tensor, Tensor> segment =
        a -> {
          Tensor y = a;
          for (int i = 0; i < 20; i++) {
            y = y.matmul(w).sin();
          }
          return y;
        };
    long plain = bytesHeld(device, () -> segment.apply(x));
    long checkpointed = bytesHeld(device, () -> Autograd.checkpoint(segment, x));
    assertTrue(plain >= 20L * 4 * n * n, plain + " bytes");
    assertTrue(checkpointed <= 4L * n * n, checkpointed + " bytes beside " + plain);
  }

  /** What a graph holds after its result was computed and what else was garbage is gone. */
  private static long bytesHeld(Device device, Supplier<Tensor> make) throws InterruptedException {
    collect(device);
    long before = device.counters().liveBytes();
    Tensor loss = make.get().sum();
    loss.item();
    collect(device);
    long held = device.counters().liveBytes() - before;
    loss.backward();
    return held;
  }

  private static void collect(Device device) throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(20);
      device.emptyCache();
    }
  }
}
