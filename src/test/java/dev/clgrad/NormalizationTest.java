package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Norms of channels beside the same computed from means and squares of their own. */
class NormalizationTest {
  private final Device device = Device.getDefault();
  private final boolean fused = device.scheduler().isFused();
  private final Random random = new Random(37);

  @AfterEach
  void restore() {
    System.clearProperty("clgrad.kernels");
    device.scheduler().setFused(fused);
  }

  private Tensor random(DType dtype, long... sizes) {
    Shape shape = Shape.of(sizes);
    double[] data = random.doubles(shape.numel(), -1, 2).toArray();
    return Tensor.fromArray(data, DType.FLOAT64, shape, device).to(dtype);
  }

  private static Tensor leaf(Tensor x) {
    return x.detach().requiresGrad(true);
  }

  /** The norm in plain differentiable operations. */
  private static Tensor plain(Tensor x, int[] dims, Tensor weight, Tensor bias, double eps) {
    Tensor apart = x.sub(x.mean(dims, true));
    Tensor variance = apart.square().mean(dims, true);
    return apart.div(variance.add(eps).sqrt()).mul(weight).add(bias);
  }

  private static void assertSame(Tensor expected, Tensor actual, double tolerance, String what) {
    assertEquals(expected.shape(), actual.shape(), what);
    assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray(), tolerance, what);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void normsAndGradientsOfManyShapes(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    long[][] shapes = {{2, 4, 1, 3}, {5, 6, 3, 3}, {3, 2, 17, 9}, {1, 4, 130, 1}, {70, 2, 1, 2}};
    for (long[] s : shapes) {
      long channels = s[1];
      Tensor x = leaf(random(DType.FLOAT64, s));
      Tensor w = leaf(random(DType.FLOAT64, channels));
      Tensor b = leaf(random(DType.FLOAT64, channels));
      Tensor seenW = w.reshape(1, channels, 1, 1);
      Tensor seenB = b.reshape(1, channels, 1, 1);
      Tensor dy = random(DType.FLOAT64, s);
      String what = Shape.of(s).toString();
      compare(
          plain(x, new int[] {0, 2, 3}, seenW, seenB, 0.1),
          () -> x.batchNorm(null, null, w, b, true, 0.1, 0.1),
          List.of(x, w, b),
          dy,
          "batch norm of " + what);
      compare(
          plain(x, new int[] {2, 3}, seenW, seenB, 0.1),
          () -> x.instanceNorm(null, null, w, b, true, 0.1, 0.1),
          List.of(x, w, b),
          dy,
          "instance norm of " + what);
      Tensor grouped = x.reshape(s[0], 2, channels / 2 * s[2] * s[3]);
      Tensor one = Tensor.ones(1).to(DType.FLOAT64);
      Tensor zero = Tensor.zeros(1).to(DType.FLOAT64);
      compare(
          plain(grouped, new int[] {2}, one, zero, 0.1).reshape(s).mul(seenW).add(seenB),
          () -> x.groupNorm(2, w, b, 0.1),
          List.of(x, w, b),
          dy,
          "group norm of " + what);
      Tensor rows = leaf(random(DType.FLOAT64, s[0] * 7, s[2] * s[3]));
      Tensor rowWeight = leaf(random(DType.FLOAT64, s[2] * s[3]));
      Tensor rms = rows.square().mean(new int[] {1}, true).add(0.1).sqrt();
      compare(
          rows.div(rms).mul(rowWeight),
          () -> rows.rmsNorm(Shape.of(s[2] * s[3]), rowWeight, 0.1),
          List.of(rows, rowWeight),
          random(DType.FLOAT64, s[0] * 7, s[2] * s[3]),
          "rms norm of rows of " + what);
    }
  }

  private static void compare(
      Tensor expected, Supplier<Tensor> norm, List<Tensor> inputs, Tensor dy, String what) {
    Tensor y = norm.get();
    assertSame(expected, y, 1e-10, what);
    List<Tensor> plain = Autograd.grad(List.of(expected), inputs, List.of(dy), true, false);
    List<Tensor> kernels = Autograd.grad(List.of(y), inputs, List.of(dy), false, false);
    List<Tensor> differentiable =
        Autograd.grad(List.of(norm.get()), inputs, List.of(dy), true, true);
    for (int i = 0; i < inputs.size(); i++) {
      assertSame(plain.get(i), kernels.get(i), 1e-9, "gradient " + i + " of " + what);
      assertSame(plain.get(i), differentiable.get(i), 1e-9, "recorded gradient " + i + what);
    }
  }

  @Test
  void onlyWantedGradientsAreGiven() {
    Tensor x = random(DType.FLOAT32, 4, 3, 5);
    Tensor w = leaf(Tensor.ones(3));
    Tensor y = x.batchNorm(null, null, w, Tensor.zeros(3), true, 0.1, 1e-5);
    Tensor dw = Autograd.grad(List.of(y.square().sum()), List.of(w)).get(0);
    assertArrayEquals(new float[] {40, 40, 40}, dw.toFloatArray(), 0.02f);
  }

  @Test
  void aLargeMeanIsNoProblem() {
    Tensor x = random(DType.FLOAT32, 64, 3, 100).add(3000);
    Tensor y = x.batchNorm(null, null, null, null, true, 0.1, 0);
    assertArrayEquals(
        new float[] {1, 1, 1}, y.var(new int[] {0, 2}, 0, false).toFloatArray(), 1e-3f);
  }

  @Test
  void badArgumentsChangeNothing() {
    Tensor x = random(DType.FLOAT32, 4, 3, 5);
    Tensor mean = Tensor.zeros(3);
    Tensor var = Tensor.ones(3);
    assertThrows(
        ShapeException.class, () -> x.batchNorm(mean, var, Tensor.ones(2), null, true, 0.1, 1e-5));
    assertThrows(
        DTypeException.class,
        () -> x.batchNorm(mean, var, Tensor.ones(3).to(DType.FLOAT64), null, true, 0.1, 1e-5));
    assertThrows(ShapeException.class, () -> x.batchNorm(mean, null, null, null, true, 0.1, 1e-5));
    ShapeException none =
        assertThrows(
            ShapeException.class, () -> x.batchNorm(null, null, null, null, false, 0.1, 1e-5));
    assertTrue(String.valueOf(none.getMessage()).startsWith("batch_norm: the running mean"));
    assertThrows(
        AutogradException.class,
        () -> x.batchNorm(leaf(mean), leaf(var), null, null, true, 0.1, 1e-5));
    assertThrows(ShapeException.class, () -> x.groupNorm(2));
    assertThrows(ShapeException.class, () -> Tensor.ones(2, 3).instanceNorm());
    assertThrows(ClgradException.class, () -> x.localResponseNorm(0));
    assertThrows(
        DTypeException.class, () -> Tensor.arange(6).to(DType.INT64).reshape(2, 3).rmsNorm(3));
    assertArrayEquals(new float[3], mean.toFloatArray());
    assertArrayEquals(new float[] {1, 1, 1}, var.toFloatArray());
  }
}
