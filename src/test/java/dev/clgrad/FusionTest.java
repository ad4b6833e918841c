package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.nn.Activation;
import dev.clgrad.nn.Linear;
import dev.clgrad.nn.Sequential;
import dev.clgrad.optim.Adam;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes one launch, what is computed again, and what a value is that was never stored. */
class FusionTest {
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

  private long launchesOf(Supplier<Tensor> program) {
    return launches(
        () -> {
          Tensor unused = program.get();
        });
  }

  private long launches(Runnable program) {
    device.synchronize();
    long start = device.counters().launches();
    program.run();
    device.synchronize();
    return device.counters().launches() - start;
  }

  private long launchesAlone(Runnable program) {
    device.scheduler().setFused(false);
    try {
      return launches(program);
    } finally {
      device.scheduler().setFused(true);
    }
  }

  /** Runs a program fused and unfused, and checks that it gives the same. */
  private void assertSame(Supplier<Tensor> program) {
    double[] fused = program.get().to(DType.FLOAT64).toDoubleArray();
    device.scheduler().setFused(false);
    double[] alone = program.get().to(DType.FLOAT64).toDoubleArray();
    device.scheduler().setFused(true);
    assertArrayEquals(alone, fused, device.name().equals("cpu") ? 0 : 1e-5);
  }

  private static Tensor numbers(long... shape) {
    return Tensor.arange(Shape.of(shape).numel()).to(DType.FLOAT32).mul(0.01).sub(1).reshape(shape);
  }

  private static Tensor stored(Tensor x) {
    x.toFloatArray();
    return x.detach();
  }

  @Test
  void aChainOfPointwiseOperationsIsOneLaunch() {
    Tensor x = stored(numbers(1000));
    Tensor y = stored(numbers(1000));
    assertEquals(1, launches(() -> x.mul(1.5).add(0.5).tanh().mul(y).sub(x).relu()));
    assertSame(() -> x.mul(1.5).add(0.5).tanh().mul(y).sub(x).relu());
  }

  @Test
  void broadcastingCastsScalarsFillsAndViewsAreFolded() {
    Tensor x = stored(numbers(20, 30));
    Tensor row = stored(numbers(30));
    Tensor column = stored(numbers(20, 1));
    Tensor counts = stored(Tensor.arange(30));
    Supplier<Tensor> program =
        () ->
            x.add(row)
                .mul(column.add(2))
                .sub(counts.to(DType.FLOAT32))
                .add(Tensor.full(Shape.of(20, 30), 2.5))
                .transpose(0, 1)
                .mul(x.transpose(0, 1));
    assertEquals(1, launchesOf(program));
    assertSame(program);
  }

  @Test
  void aLossIsOneLaunchAndItsGradientAnother() {
    Tensor y = stored(numbers(50, 8)).requiresGrad(true);
    Tensor t = stored(numbers(50, 8).mul(0.5));
    List<Tensor> loss = new ArrayList<>();
    assertEquals(1, launches(() -> loss.add(y.sub(t).square().mean())));
    assertEquals(1, launches(() -> loss.get(0).backward()));
    assertSame(
        () -> {
          y.zeroGrad();
          y.sub(t).square().mean().backward();
          return y.grad();
        });
  }

  @Test
  void reductionsTakeWhatTheyReadAlong() {
    for (long[] shape : new long[][] {{7, 33}, {64, 48}, {3, 1}, {1, 100}, {5, 0}, {200, 17}}) {
      Tensor x = stored(numbers(shape));
      Tensor row = stored(numbers(shape[1]));
      for (int dim = 0; dim < 2; dim++) {
        int over = dim;
        assertEquals(
            launches(() -> x.sum(new int[] {over}, false)),
            launches(() -> x.mul(row).add(1).sum(new int[] {over}, false)));
        assertSame(() -> x.mul(row).add(1).sum(new int[] {over}, false));
        assertSame(() -> x.transpose(0, 1).mul(2).sum(new int[] {over}, true));
      }
      assertSame(() -> x.to(DType.FLOAT64).mul(row).mean());
      assertSame(() -> x.gt(0).sum());
    }
  }

  @Test
  void biasAndActivationFollowAProductInItsLaunch() {
    for (long[] mkn :
        new long[][] {{4, 3, 5}, {64, 32, 48}, {33, 70, 10}, {1, 20, 40}, {40, 9, 1}}) {
      Tensor a = stored(numbers(mkn[0], mkn[1]));
      Tensor b = stored(numbers(mkn[1], mkn[2]));
      Tensor bias = stored(numbers(mkn[2]));
      long product = launches(() -> a.matmul(b));
      Supplier<Tensor> layer = () -> a.matmul(b).add(bias).relu();
      assertEquals(product, launchesOf(layer));
      assertSame(layer);
      assertSame(
          () -> {
            Tensor z = a.matmul(b);
            Tensor y = z.add(bias).tanh();
            return Tensor.where(z.gt(0), y, z);
          });
    }
  }

  @Test
  void aValueThatWasNeverStoredIsComputedWhenItIsAskedFor() {
    Tensor x = stored(numbers(100));
    Tensor middle = x.mul(2).add(1);
    Tensor y = middle.square();
    final float[] squares = y.toFloatArray();
    long[] read = new long[1];
    read[0] = launches(middle::toFloatArray);
    assertEquals(1, read[0]);
    float[] values = middle.toFloatArray();
    for (int i = 0; i < values.length; i++) {
      assertEquals(squares[i], values[i] * values[i], 1e-5f);
    }
    assertEquals(0, launches(middle::toFloatArray));
  }

  @Test
  void aValueThatWasNeverStoredKeepsWhatItWasMadeFrom() {
    Tensor x = stored(numbers(100));
    Tensor middle = x.mul(2);
    middle.add(1).toFloatArray();
    float[] expected = x.toFloatArray();
    x.fill_(7);
    Tensor z = x.add(0);
    float[] values = middle.toFloatArray();
    for (int i = 0; i < values.length; i++) {
      assertEquals(2 * expected[i], values[i]);
    }
    assertEquals(7, z.toFloatArray()[0]);
  }

  @Test
  void writesInPlaceStayInTheirMemory() {
    Tensor m = stored(Tensor.zeros(5000));
    Tensor g = stored(numbers(5000));
    launches(() -> m.mul_(0.9).add_(g, 0.1));
    long bytes = device.counters().liveBytes();
    for (int i = 0; i < 10; i++) {
      assertEquals(1, launches(() -> m.mul_(0.9).add_(g, 0.1)));
    }
    assertEquals(bytes, device.counters().liveBytes());
  }

  @Test
  void aReaderBeforeAWriteSeesTheOldElements() {
    Tensor x = stored(numbers(64));
    float[] old = x.toFloatArray();
    Tensor reversed = x.reshape(8, 8).transpose(0, 1).mul(1);
    x.mul_(3);
    x.narrow(0, 0, 32).add_(x.narrow(0, 32, 32));
    float[] transposed = reversed.reshape(64).toFloatArray();
    float[] now = x.toFloatArray();
    for (int i = 0; i < 64; i++) {
      assertEquals(old[i % 8 * 8 + i / 8], transposed[i]);
      assertEquals(i < 32 ? 3 * old[i] + 3 * old[i + 32] : 3 * old[i], now[i], 1e-6f);
    }
  }

  @Test
  void nothingGrowsWhereAChainIsNeverRead() {
    Tensor total = Tensor.zeros(2000);
    List<Tensor> kept = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      total = total.add(1);
      kept.add(total.sum().detach());
      device.flush();
    }
    assertEquals(500, total.toFloatArray()[0]);
    assertEquals(2000f * 250, kept.get(249).item());
  }

  @Test
  void aStepIsPlannedAndRenderedOnce() {
    var model = new Sequential(new Linear(8, 16), Activation.tanh(), new Linear(16, 3));
    var optimizer = new Adam(model.parameters(), 0.01);
    Tensor x = stored(numbers(12, 8));
    Tensor labels = Tensor.zeros(12).to(DType.INT64);
    labels.toLongArray();
    Runnable step =
        () -> {
          Tensor loss = model.forward(x).crossEntropy(labels);
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
          loss.item();
        };
    for (int i = 0; i < 4; i++) {
      step.run();
    }
    Counters before = snapshot();
    long first = launches(step);
    for (int i = 0; i < 20; i++) {
      assertEquals(first, launches(step), "launches do not depend on garbage");
    }
    Counters after = snapshot();
    assertEquals(before.plans, after.plans);
    assertEquals(before.renders, after.renders);
    long alone = launchesAlone(step);
    assertTrue(3 * first <= alone, first + " launches fused, " + alone + " alone");
  }

  private record Counters(long plans, long renders) {}

  private Counters snapshot() {
    return new Counters(device.counters().plans(), device.counters().renders());
  }

  @Test
  void readsBesideWhatIsWritten() {
    assertSame(
        () -> {
          Tensor x = numbers(3).mul(2);
          Tensor first = x.select(0, 0);
          x.select(0, 2).fill_(0.25);
          return first.add(x.select(0, 1)).add(first.clone());
        });
  }
}
