package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.nn.Activation;
import dev.clgrad.nn.Linear;
import dev.clgrad.nn.Sequential;
import dev.clgrad.optim.Adam;
import dev.clgrad.schedule.Counters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What users of other libraries for the JVM suffer: memory that grows because nothing was closed.
 * Each program runs long enough to take many times what it may.
 */
class MemoryWithoutCloseTest {
  private static final long MIB = 1 << 20;
  private static final long FLOOR = 256 * MIB;

  private final Device device = Device.getDefault();

  @BeforeEach
  void forgetOtherTests() {
    for (int i = 0; i < 3; i++) {
      System.gc();
      device.emptyCache();
    }
    device.resetPeakBytes();
  }

  private Counters counters() {
    return device.counters();
  }

  /** DJL issue 2210: arrays created in a loop, none closed. */
  @Test
  void arraysCreatedInALoop() {
    // 4 GiB in all.
    float[] data = new float[1 << 18];
    double sum = 0;
    for (int step = 0; step < 4096; step++) {
      data[0] = step;
      Tensor made = Tensor.of(data);
      if (step % 64 == 0) {
        sum += made.narrow(0, 0, 1).item();
      }
    }
    assertEquals(64 * (63 * 64.0 / 2), sum);
    assertTrue(counters().peakBytes() <= FLOOR, counters().toString());
  }

  /**
   * DJL issue 2567: the intermediate results of expressions, which have no name to close them by.
   */
  @Test
  void intermediateResults() {
    // More than 1 GiB in all.
    Tensor mean = Tensor.full(Shape.of(16, 16), 1 / 16f);
    Tensor x = Tensor.ones(4096, 16);
    for (int step = 0; step < 2000; step++) {
      x = x.matmul(mean).add(1).matmul(mean).sub(1);
      if (step % 100 == 99) {
        assertEquals(65536, x.sum().item());
      }
    }
    assertTrue(counters().peakBytes() <= FLOOR, counters().toString());
  }

  /** DJL issue 2426: tensors that leave a lambda, whose scope has closed what they came from. */
  @Test
  void tensorsThatEscapeALambda() {
    Function<Tensor, Tensor> normalize =
        t -> Scope.compute(() -> t.sub(t.mean()).div(t.square().mean().sqrt()));
    Tensor x = Tensor.arange(1, 1 << 14, 1).to(DType.FLOAT32);
    double expected = normalize.apply(x).square().sum().item();
    List<Tensor> results = new ArrayList<>();
    for (int step = 0; step < 2000; step++) {
      Tensor y = normalize.apply(x);
      if (step % 500 == 0) {
        results.add(y);
      }
    }
    for (Tensor y : results) {
      assertEquals(expected, y.square().sum().item(), 1e-6 * expected);
    }
    assertTrue(counters().peakBytes() <= FLOOR, counters().toString());
  }

  /** A training loop that closes nothing. */
  @Test
  void trainingWithoutScopes() {
    Training training = new Training();
    for (int step = 0; step < 1000; step++) {
      training.step();
    }
    assertTrue(training.loss() < 0.1, "loss " + training.loss());
    assertTrue(counters().peakBytes() <= FLOOR, counters().toString());
  }

  /** A training loop with scopes: the buffers of a step are those of the step before. */
  @Test
  void trainingWithScopesAllocatesNothingAfterTheFirstStep() {
    Training training = new Training();
    for (int step = 0; step < 3; step++) {
      Scope.run(training::step);
    }
    settle();
    Counters before = counters();
    for (int step = 0; step < 500; step++) {
      Scope.run(training::step);
      Counters now = counters();
      assertEquals(before.liveBytes(), now.liveBytes(), "step " + step + ": " + now);
      assertEquals(before.allocations(), now.allocations(), "step " + step + ": " + now);
    }
    assertEquals(before.collections(), counters().collections());
    assertTrue(training.loss() < 0.1, "loss " + training.loss());
  }

  private void settle() {
    long live = Long.MAX_VALUE;
    while (counters().liveBytes() < live) {
      live = counters().liveBytes();
      System.gc();
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      Scope.run(() -> Tensor.ones(5000).sum().item());
    }
  }

  private static final class Training {
    private final Tensor x = Tensor.randn(32, 64);
    private final Tensor labels = x.narrow(1, 0, 4).argmax(1);
    private final Sequential model =
        new Sequential(new Linear(64, 96), Activation.tanh(), new Linear(96, 4));
    private final Adam optimizer = new Adam(model.parameters(), 1e-3);

    void step() {
      Tensor loss = model.forward(x).crossEntropy(labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }

    double loss() {
      return model.forward(x).crossEntropy(labels).item();
    }
  }

  @Test
  void namesTheLinesThatHoldTheMemory() {
    List<Tensor> held = new ArrayList<>();
    device.recordAllocationSites(true);
    try {
      for (int i = 0; i < 3; i++) {
        com.example.Leak.grow(held);
      }
    } finally {
      device.recordAllocationSites(false);
    }
    String summary = device.memorySummary();
    assertTrue(
        summary
            .lines()
            .anyMatch(l -> l.contains("3 x float32[262144]") && l.contains("Leak.java:14")),
        summary);
    held.forEach(Tensor::close);
  }

  @Test
  void refusesWhatNoBufferCanHold() {
    long most = device.scheduler().backend().limits().maxAllocationBytes();
    Shape shape = Shape.of(most / 4 + 1);
    OutOfDeviceMemoryException e =
        assertThrows(
            OutOfDeviceMemoryException.class, () -> Tensor.zeros(shape, DType.FLOAT32, device));
    assertTrue(e.getMessage().contains("more than the largest allocation of " + device.name()));
    assertTrue(e.getMessage().contains(shape.toString()), e.getMessage());
  }
}
