package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.nn.Activation;
import dev.clgrad.nn.Linear;
import dev.clgrad.nn.Module;
import dev.clgrad.nn.Sequential;
import dev.clgrad.optim.Adam;
import dev.clgrad.optim.Optimizer;
import dev.clgrad.optim.Sgd;
import dev.clgrad.schedule.Counters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Captured steps give what the function itself gives, and notice when they must not be repeated.
 */
class CapturedStepTest {
  private final Device device = Device.getDefault();

  /** How far a device that compiles may be off: other kernels round another way. */
  private final double near = device.name().equals("cpu") ? 0 : 1e-5;

  static Module model() {
    Clgrad.manualSeed(7);
    return new Sequential(new Linear(6, 8), Activation.tanh(), new Linear(8, 3));
  }

  static Tensor data(int step) {
    return Tensor.arange(24).reshape(4, 6).mul(0.1 + 0.01 * step).tanh();
  }

  static Tensor labels(int step) {
    return Tensor.of(new long[] {step % 3, (step + 1) % 3, 0, 2});
  }

  static BiFunction<Tensor, Tensor, Tensor> training(Module model, Optimizer optimizer) {
    return (x, t) -> {
      optimizer.zeroGrad();
      Tensor loss = model.forward(x).crossEntropy(t);
      loss.backward();
      optimizer.step();
      return loss;
    };
  }

  private List<double[]> train(
      Function<Module, Optimizer> optimizers, boolean captured, int steps, long[] replays) {
    Module model = model();
    Optimizer optimizer = optimizers.apply(model);
    BiFunction<Tensor, Tensor, Tensor> function = training(model, optimizer);
    CapturedStep step = CapturedStep.of(function::apply);
    List<double[]> seen = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      if (i == 12) {
        optimizer.learningRate(optimizer.learningRate() / 4);
      }
      Tensor x = data(i);
      Tensor t = labels(i);
      Tensor loss = captured ? step.run(x, t) : function.apply(x, t).detach();
      seen.add(loss.toDoubleArray());
    }
    model.parameters().forEach(p -> seen.add(p.toDoubleArray()));
    model.parameters().forEach(p -> seen.add(gradient(p).toDoubleArray()));
    if (captured) {
      replays[0] = step.replays();
    }
    return seen;
  }

  private static Tensor gradient(Tensor leaf) {
    Tensor grad = leaf.grad();
    assertNotNull(grad);
    return grad;
  }

  private void assertTrainsAlike(Function<Module, Optimizer> optimizers) {
    long[] replays = new long[1];
    List<double[]> captured = train(optimizers, true, 20, replays);
    List<double[]> plain = train(optimizers, false, 20, replays);
    assertTrue(replays[0] >= 16, replays[0] + " replays");
    for (int i = 0; i < plain.size(); i++) {
      assertArrayEquals(plain.get(i), captured.get(i), near, "result " + i);
    }
  }

  @Test
  void trainsAsTheFunctionItself() {
    assertTrainsAlike(m -> new Sgd(m.parameters(), 0.1));
    assertTrainsAlike(m -> new Sgd(m.parameters(), 0.1, Sgd.options().momentum(0.9).nesterov()));
    assertTrainsAlike(m -> new Adam(m.parameters(), 0.01));
    assertTrainsAlike(
        m -> new Adam(m.parameters(), 0.01, Adam.options().weightDecay(0.1).betas(0.8, 0.9)));
  }

  @Test
  void repeatsWithoutPlanningAndInTheSameMemory() {
    Module model = model();
    CapturedStep step = CapturedStep.of(training(model, new Adam(model.parameters(), 0.01))::apply);
    Tensor x = data(1);
    Tensor t = labels(1);
    for (int i = 0; i < 6; i++) {
      step.run(x, t).close();
    }
    device.synchronize();
    Counters before = device.counters();
    long launches = 0;
    for (int i = 0; i < 20; i++) {
      step.run(x, t).close();
      Counters now = device.counters();
      assertEquals(before.liveBytes(), now.liveBytes(), "live bytes after step " + i);
      long own = now.launches() - before.launches();
      assertEquals((i + 1) * (i == 0 ? own : launches), own);
      launches = i == 0 ? own : launches;
    }
    device.synchronize();
    Counters after = device.counters();
    assertEquals(before.plans(), after.plans());
    assertEquals(before.renders(), after.renders());
    assertEquals(before.allocations(), after.allocations());
    assertEquals(before.collections(), after.collections());
  }

  @Test
  void readsBatchesFromWhereTheyLie() {
    Tensor all = Tensor.arange(60).to(DType.FLOAT32).reshape(10, 6).clone();
    CapturedStep step = CapturedStep.of((a, b) -> a.mul(b).sum(new int[] {1}, false));
    for (int i = 0; i < 8; i++) {
      Tensor a = all.narrow(0, i, 2);
      Tensor b = all.narrow(0, i + 1, 1);
      Tensor c = all.narrow(0, 9 - i, 1);
      assertArrayEquals(
          a.mul(b).sum(new int[] {1}, false).toDoubleArray(), step.run(a, b).toDoubleArray(), 1e-3);
      // Another distance in the same memory is another capture.
      assertArrayEquals(
          a.mul(c).sum(new int[] {1}, false).toDoubleArray(), step.run(a, c).toDoubleArray(), 1e-3);
    }
    assertTrue(step.replays() > 4);
  }

  @Test
  void givesResultsThatStay() {
    Tensor w = Tensor.ones(3).requiresGrad(true);
    CapturedStep step =
        CapturedStep.of(
            x -> {
              w.zeroGrad();
              Tensor y = w.mul(x).sum();
              y.backward();
              return y;
            });
    List<Tensor> results = new ArrayList<>();
    List<Tensor> gradients = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      results.add(step.run(Tensor.full(Shape.of(3), (double) i)));
      gradients.add(gradient(w));
    }
    assertEquals(3, step.replays(), "the first has no gradient yet");
    for (int i = 0; i < 6; i++) {
      assertEquals(3.0 * i, results.get(i).item());
      assertEquals(i, gradients.get(i).select(0, 1).item());
      assertNull(results.get(i).gradFn());
    }
  }

  @Test
  void accumulatesGradientsWhereTheyAreNotCleared() {
    Tensor w = Tensor.ones(3).requiresGrad(true);
    CapturedStep step =
        CapturedStep.of(
            x -> {
              Tensor y = w.mul(x).sum();
              y.backward();
              return y;
            });
    for (int i = 1; i <= 6; i++) {
      step.run(Tensor.ones(3));
      assertEquals(i, gradient(w).select(0, 0).item());
    }
    assertEquals(3, step.traces(), "the first has no gradient yet");
    w.zeroGrad();
    step.run(Tensor.ones(3));
    assertEquals(1, gradient(w).select(0, 0).item());
    step.run(Tensor.ones(3));
    assertEquals(2, gradient(w).select(0, 0).item());
  }

  @Test
  void givesGradientsOfInputs() {
    CapturedStep step =
        CapturedStep.of(
            x -> {
              Tensor y = x.square().sum();
              y.backward();
              return y;
            });
    for (int i = 0; i < 5; i++) {
      Tensor x = Tensor.full(Shape.of(2), (double) i).requiresGrad(true);
      step.run(x);
      assertEquals(2.0 * i, gradient(x).select(0, 1).item());
    }
    assertTrue(step.replays() >= 3);
  }

  @Test
  void changesTensorsInPlace() {
    for (boolean shared : new boolean[] {false, true}) {
      Tensor state = Tensor.zeros(2, 3);
      CapturedStep step =
          CapturedStep.of(
              x -> {
                state.narrow(0, 1, 1).add_(x);
                state.select(1, 0).mul_(2);
                return state.sum();
              });
      double[] expected = new double[6];
      for (int i = 0; i < 6; i++) {
        // Somebody who keeps the old numbers does not see the new ones.
        Tensor y = shared ? state.mul(1) : state;
        double[] before = expected.clone();
        double sum = step.run(Tensor.ones(1, 3)).item();
        for (int k = 3; k < 6; k++) {
          expected[k] += 1;
        }
        expected[3] *= 2;
        double total = 0;
        for (double e : expected) {
          total += e;
        }
        assertEquals(total, sum);
        assertArrayEquals(expected, state.toDoubleArray());
        if (shared) {
          assertArrayEquals(before, y.toDoubleArray());
        }
      }
      assertTrue(step.replays() >= 3);
    }
  }

  @Test
  void drawsTheNumbersThatItWouldDraw() {
    List<double[]> plain = new ArrayList<>();
    List<double[]> captured = new ArrayList<>();
    for (List<double[]> seen : List.of(plain, captured)) {
      CapturedStep step = CapturedStep.of(x -> x.add(Tensor.rand(3)));
      for (int i = 0; i < 6; i++) {
        if (i == 0 || i == 4) {
          Clgrad.manualSeed(3);
        }
        Tensor x = Tensor.zeros(3);
        Tensor y = seen == plain ? x.add(Tensor.rand(3)) : step.run(x);
        seen.add(y.toDoubleArray());
      }
    }
    for (int i = 0; i < 6; i++) {
      assertArrayEquals(plain.get(i), captured.get(i));
    }
    assertArrayEquals(plain.get(0), plain.get(4));
  }

  @Test
  void serializesThreads() throws InterruptedException {
    Tensor sum = Tensor.zeros(4);
    CapturedStep step =
        CapturedStep.of(
            x -> {
              sum.add_(x);
              return sum.mul(1);
            });
    List<Thread> threads = new ArrayList<>();
    AtomicReference<Throwable> failed = new AtomicReference<>();
    for (int k = 0; k < 3; k++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < 20; i++) {
                    step.run(Tensor.ones(4));
                    Tensor.ones(4).mul(2).sum().item();
                  }
                } catch (Throwable e) {
                  failed.set(e);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertNull(failed.get());
    assertArrayEquals(new double[] {60, 60, 60, 60}, sum.toDoubleArray());
  }

  @Test
  void takesAndGivesLists() {
    CapturedStep step =
        CapturedStep.ofLists(in -> List.of(in.get(0).add(in.get(1)), in.get(2), in.get(0)));
    for (int i = 0; i < 4; i++) {
      Tensor a = Tensor.full(Shape.of(2), (double) i);
      List<Tensor> out = step.runAll(a, a, Tensor.scalar(5f));
      assertEquals(2.0 * i, out.get(0).select(0, 0).item());
      assertEquals(5, out.get(1).item());
      a.mul_(2);
      assertEquals(i, out.get(2).select(0, 1).item(), "a result is not the input itself");
    }
    assertThrows(ClgradException.class, () -> CapturedStep.of(x -> x).run());
  }
}
