package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.backend.cpu.Parallel;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of reductions, softmax, gather and cross-entropy over many elements, and their errors. */
class ReductionsOfTensorsTest {
  private final Random random = new Random(17);

  @AfterEach
  void chooseKernelsByDevice() {
    System.clearProperty("clgrad.kernels");
  }

  private Tensor floats(long... sizes) {
    Shape shape = Shape.of(sizes);
    float[] data = new float[(int) shape.numel()];
    for (int i = 0; i < data.length; i++) {
      data[i] = random.nextFloat() * 4 - 1;
    }
    return Tensor.fromArray(data, DType.FLOAT32, shape, Device.getDefault());
  }

  private Tensor classes(int count, long... sizes) {
    Shape shape = Shape.of(sizes);
    long[] data = random.longs(shape.numel(), 0, count).toArray();
    return Tensor.fromArray(data, DType.INT64, shape, Device.getDefault());
  }

  private static void assertClose(double[] expected, Tensor actual, double tolerance) {
    double[] found = actual.toDoubleArray();
    assertEquals(expected.length, found.length);
    for (int i = 0; i < found.length; i++) {
      double allowed = tolerance * Math.max(1, Math.abs(expected[i]));
      assertEquals(expected[i], found[i], allowed, "element " + i);
    }
  }

  /** The reduction of the middle of (outer, n, inner) in double. */
  private static double[][] lines(Tensor x, int outer, int n, int inner) {
    double[] data = x.toDoubleArray();
    double[][] lines = new double[outer * inner][n];
    for (int line = 0; line < lines.length; line++) {
      for (int k = 0; k < n; k++) {
        lines[line][k] = data[(line / inner * n + k) * inner + line % inner];
      }
    }
    return lines;
  }

  @ParameterizedTest
  @CsvSource({
    "vector, 1, 1, 1",
    "vector, 7, 33, 1",
    "vector, 1, 300000, 1",
    "vector, 3, 70001, 1",
    "vector, 5000, 9, 1",
    "vector, 2, 1000, 37",
    "vector, 1, 20000, 3",
    "vector, 3, 5, 2000",
    "group, 1, 1, 1",
    "group, 7, 33, 1",
    "group, 1, 300000, 1",
    "group, 3, 70001, 1",
    "group, 500, 9, 1",
    "group, 2, 1000, 37",
    "group, 1, 20000, 3",
    "group, 3, 5, 2000"
  })
  void everyShapeOfReduction(String kernels, int outer, int n, int inner) {
    System.setProperty("clgrad.kernels", kernels);
    Tensor x = floats(outer, n, inner);
    double[][] lines = lines(x, outer, n, inner);
    double[] sums = Arrays.stream(lines).mapToDouble(l -> Arrays.stream(l).sum()).toArray();
    double[] tops =
        Arrays.stream(lines).mapToDouble(l -> Arrays.stream(l).max().orElseThrow()).toArray();
    assertClose(sums, x.sum(1), 2e-6);
    assertClose(Arrays.stream(sums).map(s -> s / n).toArray(), x.mean(1), 2e-6);
    assertArrayEquals(tops, x.amax(1).toDoubleArray());
    long[] places = x.argmax(1).toLongArray();
    for (int line = 0; line < lines.length; line++) {
      assertEquals(tops[line], lines[line][(int) places[line]]);
      for (int k = 0; k < places[line]; k++) {
        assertTrue(lines[line][k] < tops[line], "not the first");
      }
    }
    Tensor whole = x.mul(8).to(DType.INT64);
    long total = Arrays.stream(whole.toLongArray()).sum();
    assertEquals(total, whole.sum(1).sum().toLongArray()[0]);
    assertEquals(
        Arrays.stream(whole.toLongArray()).max().orElseThrow(), whole.amax().toLongArray()[0]);
  }

  @ParameterizedTest
  @CsvSource({
    "vector, 40, 10, 1",
    "vector, 3, 1000, 1",
    "vector, 2, 10, 77",
    "group, 40, 10, 1",
    "group, 3, 1000, 1",
    "group, 2, 10, 77"
  })
  void everyShapeOfSoftmaxAndCrossEntropy(String kernels, int outer, int n, int inner) {
    System.setProperty("clgrad.kernels", kernels);
    Tensor x = floats(outer, n, inner);
    Tensor target = classes(n, outer, inner);
    double[][] lines = lines(x, outer, n, inner);
    double[] expected = new double[outer * n * inner];
    double[] losses = new double[lines.length];
    for (int line = 0; line < lines.length; line++) {
      double sum = Arrays.stream(lines[line]).map(Math::exp).sum();
      for (int k = 0; k < n; k++) {
        expected[(line / inner * n + k) * inner + line % inner] = Math.exp(lines[line][k]) / sum;
      }
      losses[line] = Math.log(sum) - lines[line][(int) target.toLongArray()[line]];
    }
    assertClose(expected, x.softmax(1), 2e-6);
    assertClose(Arrays.stream(expected).map(Math::log).toArray(), x.logSoftmax(1), 2e-6);
    CrossEntropyOptions each = CrossEntropyOptions.DEFAULT.withReduction(LossReduction.NONE);
    assertClose(losses, x.crossEntropy(target, each), 2e-6);
    double mean = Arrays.stream(losses).average().orElseThrow();
    assertEquals(mean, x.crossEntropy(target).item(), 2e-6 * mean);
  }

  @Test
  void sumsOfManyNumbersAreAccurate() {
    // Added one after the other these would end near 1.09e6. Equal numbers are the worst case:
    // their
    // roundings do not cancel.
    Tensor x = Tensor.full(Shape.of(10_000_000), 0.1f, DType.FLOAT32, Device.getDefault());
    assertEquals(1e7 * (double) 0.1f, x.sum().item(), 2);
    assertEquals(0.1f, x.mean().item(), 2e-7);
    assertEquals(0.1f, x.reshape(1_000_000, 10).mean(0).toFloatArray()[3], 2e-7);
  }

  private List<Supplier<Tensor>> computations() {
    Tensor x = floats(300, 1000).requiresGrad(true);
    Tensor places = classes(1000, 300, 50);
    Tensor target = classes(1000, 300);
    UnaryOperator<Tensor> gradient =
        y -> Autograd.grad(List.of(y), List.of(x), List.of(y.detach()), false, false).get(0);
    return List.of(
        () -> x.sum(),
        () -> x.sum(0),
        () -> x.mean(1),
        () -> x.amax(0),
        () -> gradient.apply(x.amax(1)),
        () -> gradient.apply(x.softmax(1)),
        () -> gradient.apply(x.logSoftmax(0)),
        () -> gradient.apply(x.gather(1, places)),
        () -> gradient.apply(x.crossEntropy(target)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void givesTheSameBitsTwice(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    for (Supplier<Tensor> computation : computations()) {
      assertArrayEquals(computation.get().toFloatArray(), computation.get().toFloatArray());
    }
  }

  @Test
  void givesTheSameBitsOnOneThread() {
    Device before = Device.getDefault();
    Device.setDefault(Device.of("cpu"));
    try {
      List<Supplier<Tensor>> computations = computations();
      int n = computations.size();
      float[][] onAll = new float[n][];
      for (int i = 0; i < n; i++) {
        onAll[i] = computations.get(i).get().toFloatArray();
      }
      // A loop in a loop runs on the one thread that meets it.
      float[][] onOne = new float[n][];
      Parallel.shared()
          .parallelFor(
              n,
              1,
              (begin, end) -> {
                for (int i = (int) begin; i < end; i++) {
                  onOne[i] = computations.get(i).get().toFloatArray();
                }
              });
      for (int i = 0; i < n; i++) {
        assertArrayEquals(onAll[i], onOne[i], "computation " + i);
      }
    } finally {
      Device.setDefault(before);
    }
  }

  @Test
  void dimensionsAreChecked() {
    Tensor x = floats(2, 3);
    ShapeException range = assertThrows(ShapeException.class, () -> x.sum(2));
    assertTrue(range.getMessage().startsWith("sum: dimension 2 is out of range for shape [2, 3]"));
    ShapeException twice = assertThrows(ShapeException.class, () -> x.mean(1, -1));
    assertTrue(twice.getMessage().startsWith("mean: dimension 1 of shape [2, 3] is named twice"));
    assertThrows(ShapeException.class, () -> floats(0, 3).amax(0));
    assertEquals(Shape.of(0), floats(0, 3).amax(1).shape());
    assertThrows(ShapeException.class, () -> floats(0).argmax());
    assertThrows(ShapeException.class, () -> x.softmax(-3));
  }

  @Test
  void dtypesAreChecked() {
    Tensor whole = classes(5, 4);
    assertThrows(DTypeException.class, whole::mean);
    assertThrows(DTypeException.class, () -> whole.softmax(0));
    assertEquals(DType.FLOAT64, whole.softmax(0, DType.FLOAT64).dtype());
    assertEquals(DType.INT64, whole.to(DType.INT32).sum().dtype());
    assertEquals(DType.INT32, whole.to(DType.INT32).amax().dtype());
    assertThrows(DTypeException.class, () -> whole.to(DType.INT32).oneHot());
    Tensor places = whole.to(DType.INT32);
    assertThrows(DTypeException.class, () -> floats(5).gather(0, places));
    assertThrows(DTypeException.class, () -> floats(4, 5).crossEntropy(places));
  }

  @Test
  void indicesOutOfRangeNameTheValueAndTheRange() {
    Tensor x = floats(4);
    IndexException gather =
        assertThrows(IndexException.class, () -> x.gather(0, Tensor.of(1L, 4L)).toFloatArray());
    assertEquals(
        "gather: index 4 is out of range for dimension 0, which has 4 elements; expected values from"
            + " 0 to 3",
        gather.getMessage());
    IndexException target =
        assertThrows(
            IndexException.class,
            () -> floats(1, 3).crossEntropy(Tensor.of(new long[] {-7})).toFloatArray());
    assertTrue(target.getMessage().startsWith("cross_entropy: target -7 is no class"));
    assertThrows(IndexException.class, () -> Tensor.of(0L, -1L).oneHot().toLongArray());
    assertThrows(IndexException.class, () -> Tensor.of(0L, 3L).oneHot(3).toLongArray());
    // The device is as it was.
    assertEquals(4, x.gather(0, Tensor.of(0L, 1L, 2L, 3L)).toFloatArray().length);
  }

  @Test
  void oneHotOfNothingNeedsANumber() {
    Tensor none = classes(1, 0);
    assertThrows(ShapeException.class, none::oneHot);
    assertThrows(ShapeException.class, () -> none.oneHot(0));
    assertEquals(Shape.of(0, 4), none.oneHot(4).shape());
  }

  @Test
  void lossOfNothingIsNaN() {
    Tensor x = floats(0, 3);
    Tensor none = classes(3, 0);
    assertTrue(Double.isNaN(x.crossEntropy(none).item()));
    CrossEntropyOptions sum = CrossEntropyOptions.DEFAULT.withReduction(LossReduction.SUM);
    assertEquals(0, x.crossEntropy(none, sum).item());
    Tensor y = floats(2, 3).requiresGrad(true);
    Tensor loss = y.crossEntropy(Tensor.of(-100L, -100L));
    loss.backward();
    assertTrue(Double.isNaN(loss.item()));
    Tensor grad = y.grad();
    assertTrue(grad != null);
    assertArrayEquals(new float[6], grad.toFloatArray());
  }

  @Test
  void classWeightsGetNoGradient() {
    Tensor weight = Tensor.of(1f, 2f, 3f).requiresGrad(true);
    CrossEntropyOptions options = CrossEntropyOptions.DEFAULT.withWeight(weight);
    assertThrows(
        AutogradException.class, () -> floats(2, 3).crossEntropy(Tensor.of(0L, 1L), options));
    assertThrows(
        ClgradException.class,
        () ->
            floats(2, 3)
                .crossEntropy(
                    Tensor.of(0L, 1L), CrossEntropyOptions.DEFAULT.withLabelSmoothing(1.5)));
  }
}
