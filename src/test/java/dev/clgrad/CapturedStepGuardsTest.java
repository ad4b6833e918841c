package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.nn.Module;
import dev.clgrad.optim.Adam;
import dev.clgrad.optim.Optimizer;
import dev.clgrad.optim.Sgd;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Captured steps give what the function itself gives, and notice when they must not be repeated.
 */

/** When a captured step is recorded again, and what it refuses. */
class CapturedStepGuardsTest {
  private final Device device = Device.getDefault();
  private final Module model = CapturedStepTest.model();
  private final CapturedStep training =
      CapturedStep.of(CapturedStepTest.training(model, new Sgd(model.parameters(), 0.1))::apply);

  private static Tensor data() {
    return CapturedStepTest.data(0);
  }

  private static Tensor labels() {
    return CapturedStepTest.labels(0);
  }

  @Test
  void keepsOneCaptureForEachShape() {
    CapturedStep step = CapturedStep.of(x -> x.mul(2).sum());
    for (int round = 0; round < 4; round++) {
      for (int n = 1; n <= 3; n++) {
        assertEquals(2.0 * n, step.run(Tensor.ones(n)).item());
      }
    }
    assertEquals(6, step.traces());
    assertEquals(6, step.replays());
  }

  @Test
  void namesANumberThatChanges() {
    double[] factor = {1};
    CapturedStep step = CapturedStep.of(x -> x.add(1).mul(factor[0]++));
    step.run(Tensor.ones(2));
    ClgradException e = assertThrows(ClgradException.class, () -> step.run(Tensor.ones(2)));
    assertTrue(e.getMessage().contains("number in mul was 1.0"), e.getMessage());
    CapturedStep constant = CapturedStep.of(x -> x.add(Tensor.of(new double[] {factor[0]++, 1})));
    constant.run(Tensor.ones(2));
    e = assertThrows(ClgradException.class, () -> constant.run(Tensor.ones(2)));
    assertTrue(e.getMessage().contains("Java array"), e.getMessage());
  }

  @Test
  void takesNumbersThatStay() {
    CapturedStep step = CapturedStep.of(x -> x.mul(3).add(Tensor.of(new float[] {1, 2})));
    for (int i = 0; i < 5; i++) {
      assertArrayEquals(
          new double[] {3 * i + 1, 3 * i + 2},
          step.run(Tensor.full(Shape.of(2), (float) i)).toDoubleArray());
    }
    assertEquals(3, step.replays());
  }

  @Test
  void refusesToReadOnTheHost() {
    CapturedStep step = CapturedStep.of(x -> x.mul(x.sum().item()));
    for (int i = 0; i < 2; i++) {
      ClgradException e = assertThrows(ClgradException.class, () -> step.run(Tensor.ones(2)));
      assertTrue(e.getMessage().contains("captured step cannot read"), e.getMessage());
    }
    // The thread is not recorded any more.
    assertEquals(2, Tensor.ones(2).sum().item());
  }

  @Test
  void noticesWhatHasChanged() {
    CapturedStep step = training;
    for (int i = 0; i < 4; i++) {
      step.run(data(), labels());
    }
    long traces = step.traces();
    model.eval();
    step.run(data(), labels());
    assertEquals(traces + 1, step.traces(), "another mode");
    step.run(data(), labels());
    assertEquals(traces + 1, step.traces(), "which makes no difference here");
    Tensor first = model.parameters().get(0);
    double[] frozen = first.toDoubleArray();
    first.requiresGrad(false);
    first.zeroGrad();
    for (int i = 0; i < 4; i++) {
      step.run(data(), labels());
    }
    assertArrayEquals(frozen, first.toDoubleArray(), "it is frozen now");
    assertNull(first.grad());
    CapturedStep evaluation = CapturedStep.of(x -> model.forward(x));
    evaluation.run(data());
    evaluation.run(data());
    traces = evaluation.traces();
    try (Autograd.Mode off = Autograd.noGrad()) {
      evaluation.run(data());
    }
    assertEquals(traces + 1, evaluation.traces(), "another grad mode");
  }

  @Test
  void leavesEverythingAsItWasWhenAnInputIsWrong() {
    CapturedStep step = training;
    for (int i = 0; i < 4; i++) {
      step.run(data(), labels());
    }
    if (!device.name().equals("cpu")) {
      // Devices that compute behind our back raise it when a number is read.
      step.run(data(), Tensor.of(new long[] {0, 1, 7, 0}));
      ClgradException e = assertThrows(ClgradException.class, device::synchronize);
      assertTrue(e.getMessage().contains("7"), e.getMessage());
      return;
    }
    double[] before = model.parameters().get(0).toDoubleArray();
    ClgradException e =
        assertThrows(
            ClgradException.class, () -> step.run(data(), Tensor.of(new long[] {0, 1, 7, 0})));
    assertTrue(e.getMessage().contains("7"), e.getMessage());
    assertArrayEquals(before, model.parameters().get(0).toDoubleArray());
    assertTrue(Double.isFinite(step.run(data(), labels()).item()));
  }

  @Test
  void closesWhatItDoesNotReturn() {
    AtomicReference<Tensor> kept = new AtomicReference<>();
    CapturedStep step =
        CapturedStep.of(
            x -> {
              Tensor y = x.mul(2);
              kept.set(y);
              return y.sum();
            });
    step.run(Tensor.ones(3));
    ClgradException e = assertThrows(ClgradException.class, () -> kept.get().toDoubleArray());
    assertTrue(e.getMessage().contains("closed"), e.getMessage());
  }

  @Test
  void passesOnWhatTheFunctionThrows() {
    boolean[] fails = {true};
    CapturedStep step =
        CapturedStep.of(
            x -> {
              if (fails[0]) {
                throw new IllegalStateException("mine");
              }
              return x.matmul(Tensor.ones(3, 2));
            });
    assertThrows(IllegalStateException.class, () -> step.run(Tensor.ones(2, 3)));
    fails[0] = false;
    assertThrows(ShapeException.class, () -> step.run(Tensor.ones(2, 4)));
    for (int i = 0; i < 4; i++) {
      assertEquals(3, step.run(Tensor.ones(2, 3)).select(0, 0).select(0, 0).item());
    }
  }

  @Test
  void isAPartOfAStepAroundIt() {
    CapturedStep inner = CapturedStep.of(x -> x.mul(2));
    CapturedStep outer = CapturedStep.of(x -> inner.run(x).add(1));
    for (int i = 0; i < 4; i++) {
      assertEquals(2.0 * i + 1, outer.run(Tensor.scalar((float) i)).item());
    }
    assertEquals(2, outer.replays());
    assertEquals(0, inner.traces());
  }

  @Test
  void goesOnAfterAWrongInputAsIfItHadNotBeen() {
    // Elsewhere the step is taken, and the error raised afterwards.
    Device.setDefault(Device.of("cpu"));
    try {
      assertArrayEquals(trainedWith(false), trainedWith(true));
    } finally {
      Device.setDefault(device);
    }
  }

  private static double[] trainedWith(boolean wrong) {
    Module trained = CapturedStepTest.model();
    Optimizer adam = new Adam(trained.parameters(), 0.01);
    CapturedStep step = CapturedStep.of(CapturedStepTest.training(trained, adam)::apply);
    for (int i = 0; i < 8; i++) {
      if (wrong && i == 5) {
        assertThrows(
            ClgradException.class, () -> step.run(data(), Tensor.of(new long[] {0, 1, 7, 0})));
      }
      step.run(CapturedStepTest.data(i), CapturedStepTest.labels(i));
    }
    assertTrue(step.replays() >= 5, step.replays() + " replays");
    return trained.parameters().get(0).toDoubleArray();
  }
}
