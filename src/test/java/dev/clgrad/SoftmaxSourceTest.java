package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.backend.cpu.Parallel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What softmax and log-softmax read, forward and backward, is computed within their launch. */
class SoftmaxSourceTest {
  private final Device device = Device.getDefault();
  private final boolean before = device.scheduler().isFused();
  private final Random random = new Random(23);

  @BeforeEach
  void fuse() {
    device.scheduler().setFused(true);
  }

  @AfterEach
  void restore() {
    System.clearProperty("clgrad.kernels");
    device.scheduler().setFused(before);
  }

  private Tensor stored(DType dtype, long... sizes) {
    Shape shape = Shape.of(sizes);
    double[] data = random.doubles(shape.numel(), -3, 3).toArray();
    Tensor x = Tensor.fromArray(data, DType.FLOAT64, shape, device).to(dtype);
    x.toDoubleArray();
    return x.detach();
  }

  private long launches(Supplier<Tensor> program) {
    device.synchronize();
    long start = device.counters().launches();
    Tensor unused = program.get();
    device.synchronize();
    return device.counters().launches() - start;
  }

  /** One launch, and the same elements as without fusion. */
  private void assertOneLaunch(Supplier<Tensor> program, String what) {
    assertEquals(1, launches(program), what);
    assertUnchanged(program, what);
  }

  private void assertUnchanged(Supplier<Tensor> program, String what) {
    double[] fused = program.get().toDoubleArray();
    device.scheduler().setFused(false);
    double[] alone = program.get().toDoubleArray();
    device.scheduler().setFused(true);
    // OpenCL's built-in functions may differ in the last bits from kernel to kernel.
    assertArrayEquals(alone, fused, device.name().equals("cpu") ? 0 : 1e-5, what);
  }

  private static List<UnaryOperator<Tensor>> functions(int dim) {
    return List.of(x -> x.softmax(dim), x -> x.logSoftmax(dim));
  }

  /** The gradient that an upstream gradient gives, when everything before it is done. */
  private Tensor gradient(UnaryOperator<Tensor> f, Tensor x, UnaryOperator<Tensor> upstream) {
    Tensor leaf = x.detach().requiresGrad(true);
    Tensor y = f.apply(leaf);
    device.synchronize();
    return Autograd.grad(List.of(y), List.of(leaf), List.of(upstream.apply(x)), false, false)
        .get(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void scaleAndMaskBeforeRows(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    for (int n : new int[] {1, 15, 16, 17, 1000}) {
      rows(kernels, DType.FLOAT32, n);
    }
    rows(kernels, DType.FLOAT64, 40);
  }

  private void rows(String kernels, DType dtype, int n) {
    Tensor x = stored(dtype, 5, n);
    Tensor across = stored(dtype, n, 5);
    Tensor mask = stored(dtype, n);
    for (UnaryOperator<Tensor> f : functions(1)) {
      String what = kernels + " " + dtype + " rows of " + n;
      assertOneLaunch(() -> f.apply(x.mul(0.125).add(mask)), what);
      assertOneLaunch(() -> f.apply(across.transpose(0, 1)), what);
      assertBackwardTakesTheUpstreamGradientAlong(f, x, what);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void scaleAndMaskBeforeColumns(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    long[][] shapes = {{3, 1, 2}, {2, 5, 3}, {2, 17, 64}, {1, 40, 200}, {1, 3000, 17}, {2, 600, 3}};
    for (long[] shape : shapes) {
      columns(kernels, DType.FLOAT32, shape);
    }
    columns(kernels, DType.FLOAT64, shapes[3]);
  }

  private void columns(String kernels, DType dtype, long[] shape) {
    Tensor x = stored(dtype, shape);
    Tensor mask = stored(dtype, shape[1], 1);
    for (UnaryOperator<Tensor> f : functions(1)) {
      String what = kernels + " " + dtype + " columns of " + x.shape();
      assertOneLaunch(() -> f.apply(x.mul(0.125).add(mask)), what);
      assertBackwardTakesTheUpstreamGradientAlong(f, x, what);
    }
  }

  private void assertBackwardTakesTheUpstreamGradientAlong(
      UnaryOperator<Tensor> f, Tensor x, String what) {
    UnaryOperator<Tensor> upstream = v -> v.mul(v).add(0.5);
    long forward = launches(() -> f.apply(x));
    assertEquals(
        forward + 1, launches(() -> gradient(f, x, upstream)), () -> what + ", its gradient");
    assertUnchanged(() -> gradient(f, x, upstream), what + ", its gradient");
    // The gradient of a sum repeats one number.
    assertUnchanged(() -> gradient(f, x, v -> Tensor.ones(v.shape(), v.dtype(), device)), what);
  }

  @Test
  void columnsAreThoseOfTheTransposedRows() {
    // Rows are read in place, columns through copies of blocks of them.
    for (long[] shape : new long[][] {{40, 200}, {3000, 17}, {600, 3}, {7, 65}, {1, 4}}) {
      Tensor x = stored(DType.FLOAT32, shape);
      for (int f = 0; f < 2; f++) {
        Tensor columns = functions(0).get(f).apply(x.mul(0.5)).transpose(0, 1);
        Tensor rows = functions(1).get(f).apply(x.mul(0.5).transpose(0, 1));
        double tolerance = device.name().equals("cpu") ? 0 : 1e-5;
        assertArrayEquals(rows.toDoubleArray(), columns.toDoubleArray(), tolerance);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void maskedElementsAndNonFiniteOnes(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    double inf = Double.POSITIVE_INFINITY;
    for (int n : new int[] {15, 16, 17, 100}) {
      Tensor x = stored(DType.FLOAT32, 4, n);
      double[] data = new double[4 * n];
      Arrays.fill(data, 0, n, -inf);
      data[n - 2] = 0;
      data[n - 1] = 0;
      data[2 * n - 1] = Double.NaN;
      data[3 * n - 1] = inf;
      Arrays.fill(data, 3 * n, 4 * n, -inf);
      Tensor mask = Tensor.fromArray(data, DType.FLOAT64, Shape.of(4, n), device);
      Tensor floats = mask.to(DType.FLOAT32);
      floats.toFloatArray();
      for (UnaryOperator<Tensor> f : functions(1)) {
        assertOneLaunch(() -> f.apply(x.add(floats)), kernels + " rows of " + n);
        double[] y = f.apply(x.add(floats)).toDoubleArray();
        boolean log = f.apply(Tensor.ones(2, 2)).toDoubleArray()[0] < 0;
        for (int k = 0; k < n - 2; k++) {
          assertEquals(log ? -inf : 0, y[k]);
        }
        double sum = log ? Math.exp(y[n - 2]) + Math.exp(y[n - 1]) : y[n - 2] + y[n - 1];
        assertEquals(1, sum, 1e-6);
        // A NaN, an infinity, and nothing but -infinity leave no number in their line.
        assertTrue(Double.isNaN(y[n]) && Double.isNaN(y[2 * n - 1]), kernels + " rows of " + n);
        assertTrue(Double.isNaN(y[3 * n - 1]), kernels + " rows of " + n);
        assertTrue(Double.isNaN(y[3 * n]) && Double.isNaN(y[4 * n - 1]), kernels + " " + n);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void emptySizesGiveEmptyResults(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    for (long[] shape : new long[][] {{0, 40}, {3, 0}, {0, 0}, {2, 0, 3}, {0, 5, 3}, {2, 40, 0}}) {
      Tensor x = stored(DType.FLOAT32, shape);
      for (UnaryOperator<Tensor> f : functions(1)) {
        assertEquals(x.shape(), f.apply(x.mul(2)).shape());
        assertEquals(0, f.apply(x.mul(2)).toFloatArray().length);
        assertEquals(0, gradient(f, x, v -> v.add(1)).toFloatArray().length);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void whatIsReadElsewhereTooIsRight(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    Tensor x = stored(DType.FLOAT32, 30, 70);
    for (UnaryOperator<Tensor> f : functions(1)) {
      assertUnchanged(
          () -> {
            Tensor scaled = x.mul(0.3);
            return f.apply(scaled).add(scaled).mul(f.apply(scaled.tanh()));
          },
          kernels);
      assertUnchanged(() -> f.apply(f.apply(x.mul(2)).add(1)), kernels);
    }
  }

  @Test
  void givesTheSameBitsOnOneThread() {
    Device cpu = Device.of("cpu");
    List<Supplier<Tensor>> programs = new ArrayList<>();
    for (long[] shape : new long[][] {{300, 1000}, {2, 1000, 150}, {700, 20, 5}}) {
      Tensor x = stored(DType.FLOAT32, shape).to(cpu);
      functions(1).forEach(f -> programs.add(() -> f.apply(x.mul(2))));
    }
    int n = programs.size();
    float[][] onAll = new float[n][];
    for (int i = 0; i < n; i++) {
      onAll[i] = programs.get(i).get().toFloatArray();
    }
    // A loop in a loop runs on the one thread that meets it.
    float[][] onOne = new float[n][];
    Parallel.shared()
        .parallelFor(
            n,
            1,
            (begin, end) -> {
              for (int i = (int) begin; i < end; i++) {
                onOne[i] = programs.get(i).get().toFloatArray();
              }
            });
    for (int i = 0; i < n; i++) {
      assertArrayEquals(onAll[i], onOne[i], "program " + i);
    }
  }
}
