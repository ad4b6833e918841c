package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.nn.Dropout;
import dev.clgrad.nn.Sequential;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which elements dropout keeps, wherever and however often that is computed. */
class DropoutTest {
  private final Device device = Device.getDefault();
  private boolean before;

  @BeforeEach
  void fuse() {
    before = device.scheduler().isFused();
    device.scheduler().setFused(true);
  }

  @AfterEach
  void restore() {
    device.scheduler().setFused(before);
  }

  private static Tensor numbers(DType dtype, long... shape) {
    long n = Shape.of(shape).numel();
    return Tensor.arange(1, n + 1, 1, dtype, Device.getDefault()).reshape(shape);
  }

  private static Tensor stored(Tensor x) {
    x.to(DType.FLOAT64).toDoubleArray();
    return x.detach();
  }

  @Test
  void aCallReservesItsNumbersWhenItIsMade() {
    Tensor x = stored(numbers(DType.FLOAT32, 40));
    Clgrad.manualSeed(4);
    Tensor first = x.dropout(0.5);
    Tensor second = x.dropout(0.5);
    float[] late = second.toFloatArray();
    Clgrad.manualSeed(4);
    assertArrayEquals(x.dropout(0.5).toFloatArray(), first.toFloatArray());
    assertArrayEquals(x.dropout(0.5).toFloatArray(), late);
    assertFalse(Arrays.equals(first.toFloatArray(), late));
  }

  /** Runs a program fused and unfused, with the same seed, and checks that no bit differs. */
  private void assertSameBits(Supplier<Tensor> program) {
    Clgrad.manualSeed(9);
    double[] fused = program.get().to(DType.FLOAT64).toDoubleArray();
    device.scheduler().setFused(false);
    Clgrad.manualSeed(9);
    double[] alone = program.get().to(DType.FLOAT64).toDoubleArray();
    device.scheduler().setFused(true);
    assertArrayEquals(alone, fused);
  }

  /** Uses a result that nobody can ask for later, so that it need not be stored. */
  private static Tensor forgotten(Tensor x, UnaryOperator<Tensor> use) {
    Tensor y = use.apply(x);
    x.close();
    return y;
  }

  @Test
  void aViewOfTheResultShowsTheSameElements() {
    List<UnaryOperator<Tensor>> views =
        List.of(
            t -> t,
            t -> t.transpose(0, 1),
            t -> t.permute(2, 0, 1),
            t -> t.slice(2, 1, 17, 3),
            t -> t.slice(0, 1, 6, 2).transpose(1, 2),
            t -> t.select(1, 2),
            t -> t.narrow(2, 3, 1).expand(6, 4, 5),
            t -> t.reshape(4, 6, 17).transpose(0, 2),
            t -> t.unsqueeze(0).expand(2, 6, 4, 17),
            t -> t.reshape(-1));
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
      Tensor x = stored(numbers(dtype, 6, 4, 17));
      Tensor row = stored(numbers(dtype, 17));
      for (UnaryOperator<Tensor> view : views) {
        Tensor y = stored(numbers(dtype, view.apply(x).shape().toArray()));
        assertSameBits(() -> view.apply(x.dropout(0.4)).mul(y));
        assertSameBits(() -> forgotten(x.dropout(0.4), d -> view.apply(d).mul(y)));
        assertSameBits(() -> forgotten(x.mul(3).dropout(0.4), d -> view.apply(d).mul(y).add(2)));
        assertSameBits(() -> forgotten(x.dropout(0.4), d -> view.apply(d).mul(y).dropout(0.2)));
        assertSameBits(() -> forgotten(x.dropout(0.4), d -> view.apply(d).sum(0)));
        assertSameBits(
            () ->
                forgotten(
                    row.mul(2).expand(6, 4, 17).dropout(0.4),
                    d -> forgotten(d.mul(x), e -> view.apply(e).add(view.apply(d)))));
      }
    }
  }

  @Test
  void aChainWithDropoutIsOneLaunchAndTheStepAfterIsPlannedAlready() {
    Tensor x = stored(numbers(DType.FLOAT32, 30, 33));
    Tensor y = stored(numbers(DType.FLOAT32, 33, 30));
    Supplier<Tensor> chain = () -> forgotten(x.mul(2).dropout(0.3), d -> d.transpose(0, 1).mul(y));
    chain.get().toFloatArray();
    device.synchronize();
    long launches = device.counters().launches();
    long plans = device.counters().plans();
    float[] first = chain.get().toFloatArray();
    float[] second = chain.get().toFloatArray();
    assertFalse(Arrays.equals(first, second));
    assertEquals(launches + 2, device.counters().launches());
    assertEquals(plans, device.counters().plans(), "seed and counter are no part of the plan");
  }

  @Test
  void backwardDrawsWhatForwardDrew() {
    for (boolean create : new boolean[] {false, true}) {
      for (boolean together : new boolean[] {false, true}) {
        Tensor x = stored(numbers(DType.FLOAT64, 50, 21)).requiresGrad(true);
        Tensor dy = stored(numbers(DType.FLOAT64, 50, 21).mul(0.25));
        Tensor y = x.dropout(0.25);
        assertEquals("NativeDropoutBackward0", y.gradFn().name());
        if (!together) {
          y.toDoubleArray();
        }
        Tensor dx = Autograd.grad(List.of(y), List.of(x), List.of(dy), true, create).get(0);
        double[] ys = y.toDoubleArray();
        double[] dxs = dx.toDoubleArray();
        double[] dys = dy.toDoubleArray();
        for (int i = 0; i < ys.length; i++) {
          assertEquals(ys[i] == 0 ? 0 : dys[i] / 0.75, dxs[i], 1e-12 * dys[i]);
        }
      }
    }
  }

  @Test
  void secondDerivativesDrawThemToo() {
    Tensor x = stored(numbers(DType.FLOAT64, 100)).requiresGrad(true);
    Tensor y = x.dropout(0.5);
    Tensor dx = Autograd.grad(List.of(y.pow(3).sum()), List.of(x), null, false, true).get(0);
    dx.sum().backward();
    double[] ys = y.toDoubleArray();
    double[] second = x.grad().toDoubleArray();
    for (int i = 0; i < ys.length; i++) {
      assertEquals(6 * ys[i] * 4, second[i], 1e-9 * Math.abs(second[i]));
    }
  }

  @Test
  void asManyAreKeptAsShouldBe() {
    Clgrad.manualSeed(12);
    int n = 400_000;
    Tensor x = Tensor.ones(n);
    for (double p : new double[] {0.01, 0.3, 0.5, 0.9}) {
      float[] y = x.dropout(p).toFloatArray();
      long[] dropped = new long[4];
      long pairs = 0;
      for (int i = 0; i < n; i++) {
        dropped[i % 4] += y[i] == 0 ? 1 : 0;
        pairs += i > 0 && y[i] == 0 && y[i - 1] == 0 ? 1 : 0;
      }
      // Five standard deviations, for each word of a block, and for neighbors that go together.
      for (long count : dropped) {
        assertEquals(p * n / 4, (double) count, 5 * Math.sqrt(n / 4.0 * p * (1 - p)));
      }
      double q = p * p;
      assertEquals(q * n, (double) pairs, 5 * Math.sqrt(n * q * (1 - q) * (1 + 2 * p)));
      double mean = x.dropout(p).to(DType.FLOAT64).mean().item();
      assertEquals(1, mean, 5 * Math.sqrt(p / (1 - p) / n));
    }
  }

  @Test
  void theEndsOfTheRangeKeepAllOrNothing() {
    Tensor x = stored(numbers(DType.FLOAT32, 10)).requiresGrad(true);
    assertSame(x, x.dropout(0));
    Tensor none = x.dropout(1);
    none.sum().backward();
    assertArrayEquals(new float[10], none.toFloatArray());
    assertArrayEquals(new float[10], x.grad().toFloatArray());
    Tensor empty = Tensor.zeros(0, 3);
    assertSame(empty, empty.dropout(0.5));
    for (double p : new double[] {-0.1, 1.1, Double.NaN}) {
      String message = assertThrows(ClgradException.class, () -> x.dropout(p)).getMessage();
      assertTrue(message.startsWith("dropout: the probability"), message);
      assertThrows(ClgradException.class, () -> new Dropout(p));
    }
    assertThrows(DTypeException.class, () -> Tensor.arange(3).dropout(0.5));
  }

  @Test
  void aModuleDropsInTrainingAlone() {
    Dropout dropout = new Dropout();
    Sequential model = new Sequential(dropout);
    Tensor x = Tensor.ones(1000);
    float[] y = model.forward(x).toFloatArray();
    int zeros = 0;
    for (float v : y) {
      assertTrue(v == 0 || v == 2);
      zeros += v == 0 ? 1 : 0;
    }
    assertEquals(500, zeros, 5 * Math.sqrt(250));
    model.eval();
    assertSame(x, model.forward(x));
    model.train();
    assertEquals("Dropout(p=0.5)", dropout.toString());
    assertEquals(0, model.parameters().size());
    assertEquals("NativeDropoutBackward0", model.forward(x.requiresGrad(true)).gradFn().name());
  }

  @Test
  void aCapturedStepDrawsOthersEachTime() {
    CapturedStep step =
        CapturedStep.of(
            x -> {
              Tensor y = x.dropout(0.5).mul(x);
              y.sum().backward();
              return y;
            });
    Tensor leaf = stored(numbers(DType.FLOAT64, 300)).requiresGrad(true);
    Clgrad.manualSeed(3);
    List<double[]> seen = new ArrayList<>();
    List<Tensor> kept = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      leaf.zeroGrad();
      kept.add(step.run(leaf));
      seen.add(kept.get(i).toDoubleArray());
      double[] grad = leaf.grad().toDoubleArray();
      double[] x = leaf.toDoubleArray();
      for (int k = 0; k < x.length; k++) {
        assertEquals(2 * seen.get(i)[k] / x[k], grad[k], 1e-9 * grad[k]);
      }
    }
    assertTrue(step.replays() > 2, step.replays() + " replays");
    Clgrad.manualSeed(3);
    for (int i = 0; i < 6; i++) {
      assertArrayEquals(leaf.detach().dropout(0.5).mul(leaf).toDoubleArray(), seen.get(i));
      assertArrayEquals(seen.get(i), kept.get(i).toDoubleArray());
    }
  }

  @Test
  void theMaskTakesNoMemory() throws InterruptedException {
    EarlierTests.forget(device);
    Tensor x = stored(numbers(DType.FLOAT32, 100_000)).requiresGrad(true);
    long live = device.counters().liveBytes();
    Tensor plain = x.relu();
    plain.toFloatArray();
    long result = device.counters().liveBytes() - live;
    Tensor y = x.dropout(0.5);
    y.toFloatArray();
    assertEquals(2 * result, device.counters().liveBytes() - live);
    y.sum().backward();
    plain.sum().backward();
  }
}
