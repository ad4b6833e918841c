package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels of batch and group norm: every kind, sizes, layouts, dtypes and precision. */
class ChannelNormKernelsTest {
  private final Random random = new Random(41);
  private final Device device = Device.getDefault();
  private final boolean fused = device.scheduler().isFused();

  @AfterEach
  void restore() {
    System.clearProperty("clgrad.kernels");
    device.scheduler().setFused(fused);
  }

  private Tensor numbers(DType dtype, double shift, long... sizes) {
    Shape shape = Shape.of(sizes);
    double[] values = random.doubles(shape.numel(), shift - 2, shift + 2).toArray();
    return Tensor.fromArray(values, DType.FLOAT64, shape, device).to(dtype);
  }

  private static Tensor leaf(Tensor x) {
    return x.detach().requiresGrad(true);
  }

  private void check(UnaryOperator<Tensor> function, long... sizes) {
    Shape shape = Shape.of(sizes);
    FiniteDifferences.check(function, shape, random.doubles(shape.numel(), -2, 2).toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void gradientsAreTheDerivatives(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    for (long[] sizes : new long[][] {{3, 4}, {1, 2, 17}}) {
      Tensor w = numbers(DType.FLOAT64, 0, sizes[1]);
      Tensor b = numbers(DType.FLOAT64, 0, sizes[1]);
      Tensor x = numbers(DType.FLOAT64, 0, sizes);
      check(t -> t.groupNorm(2, w, b, 0.1), sizes);
      check(t -> x.groupNorm(2, t, b, 0.1), sizes[1]);
      check(t -> x.groupNorm(2, null, t, 0.1), sizes[1]);
      check(t -> t.batchNorm(null, null, w, b, true, 0.1, 0.1), sizes);
      check(t -> x.batchNorm(null, null, t, b, true, 0.1, 0.1), sizes[1]);
    }
    Tensor w = numbers(DType.FLOAT64, 0, 4);
    check(t -> t.transpose(0, 2).groupNorm(2, w, w, 0.5), 16, 4, 1);
    check(t -> t.transpose(1, 2).instanceNorm(null, null, w, w, true, 0.1, 0.5), 2, 3, 4);
    check(t -> t.transpose(0, 1).batchNorm(null, null, w, w, true, 0.1, 0.5), 4, 2, 16);
    check(t -> t.groupNorm(2, t.sum(new int[] {0, 2}, false).tanh(), w, 0.5), 2, 4, 3);
  }

  private static Tensor plain(Tensor x, int groups, Tensor w, Tensor b, double eps) {
    long channels = x.size(1);
    Tensor rows = groups == 0 ? x : x.reshape(x.size(0), groups, -1);
    int[] dims = groups > 0 ? new int[] {2} : new int[] {0, 2};
    Tensor apart = rows.sub(rows.mean(dims, true));
    Tensor h =
        apart.div(apart.square().mean(dims, true).add(eps).sqrt()).reshape(x.shape().toArray());
    return h.mul(w.reshape(1, channels, 1)).add(b.reshape(1, channels, 1));
  }

  private static Tensor norm(Tensor x, int groups, Tensor w, Tensor b, double eps) {
    return groups == 0
        ? x.batchNorm(null, null, w, b, true, 0.1, eps)
        : x.groupNorm(groups, w, b, eps);
  }

  /** y, dx, dw and db in double. */
  private static List<double[]> all(Supplier<Tensor> y, List<Tensor> inputs, Tensor dy) {
    List<double[]> all = new ArrayList<>();
    Tensor result = y.get();
    all.add(result.to(DType.FLOAT64).toDoubleArray());
    Autograd.grad(List.of(result), inputs, List.of(dy), false, false)
        .forEach(g -> all.add(g.to(DType.FLOAT64).toDoubleArray()));
    return all;
  }

  /**
   * Rows and channels of many lengths, with a mean far from 0: float32 loses no more than it must.
   */
  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void valuesAndGradientsArePrecise(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    // From 16384 elements on, a row is too long for one work-item or work-group.
    for (long[] sizes :
        new long[][] {{3, 4, 100}, {40, 6, 16}, {70, 20, 1}, {2, 2, 17001}, {1, 4, 9001}}) {
      for (double shift : new double[] {0, 3000}) {
        for (int groups : new int[] {0, 2}) {
          Tensor x = numbers(DType.FLOAT32, shift, sizes);
          Tensor w = numbers(DType.FLOAT32, 1, sizes[1]);
          Tensor b = numbers(DType.FLOAT32, 0, sizes[1]);
          Tensor dy = numbers(DType.FLOAT32, 0, sizes);
          List<Tensor> wide = new ArrayList<>();
          List<Tensor> own = new ArrayList<>();
          for (Tensor t : List.of(x, w, b)) {
            wide.add(leaf(t.to(DType.FLOAT64)));
            own.add(leaf(t));
          }
          List<double[]> expected =
              all(
                  () -> plain(wide.get(0), groups, wide.get(1), wide.get(2), 0.1),
                  wide,
                  dy.to(DType.FLOAT64));
          List<double[]> actual =
              all(() -> norm(own.get(0), groups, own.get(1), own.get(2), 0.1), own, dy);
          String what = kernels + " " + x.shape() + " in " + groups + " at " + shift;
          for (int i = 0; i < expected.size(); i++) {
            double scale = 1;
            for (double v : expected.get(i)) {
              scale = Math.max(scale, Math.abs(v));
            }
            // The mean of numbers at 3000 is rounded to 2^-13, and so are the differences from it.
            double bound = (shift == 0 ? 1e-5 : 5e-4) * scale;
            assertArrayEquals(expected.get(i), actual.get(i), bound, what + ", result " + i);
          }
        }
      }
    }
  }

  /** Half types are computed with float32 and rounded once; parameters may be of either type. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void halfTypesAreComputedWithFloat32(DType half) {
    for (DType parameters : List.of(half, DType.FLOAT32)) {
      Tensor x = numbers(half, 0, 3, 4, 18);
      Tensor w = numbers(parameters, 1, 4);
      Tensor b = numbers(parameters, 0, 4);
      Tensor dy = numbers(half, 0, 3, 4, 18);
      for (int kind = 0; kind < 4; kind++) {
        List<Tensor> results = new ArrayList<>();
        for (boolean wide : new boolean[] {true, false}) {
          DType dtype = wide ? DType.FLOAT32 : half;
          Tensor from = leaf(x.to(dtype));
          Tensor weight = leaf(wide ? w.to(dtype) : w);
          Tensor bias = leaf(wide ? b.to(dtype) : b);
          Tensor mean = b.detach().to(wide ? dtype : parameters).add(0);
          Tensor var = Tensor.ones(4).to(wide ? dtype : parameters);
          Tensor y =
              switch (kind) {
                case 0 -> from.batchNorm(mean, var, weight, bias, true, 0.25, 0.1);
                case 1 -> from.batchNorm(mean, var, weight, bias, false, 0.25, 0.1);
                case 2 -> from.instanceNorm(mean, var, weight, bias, true, 0.25, 0.1);
                default -> from.groupNorm(2, weight, bias, 0.1);
              };
          assertEquals(dtype, y.dtype());
          List<Tensor> inputs = List.of(from, weight, bias);
          List<Tensor> grads =
              Autograd.grad(List.of(y), inputs, List.of(dy.to(dtype)), false, false);
          for (int i = 0; i < 3; i++) {
            assertEquals(inputs.get(i).dtype(), grads.get(i).dtype());
          }
          results.addAll(List.of(y, grads.get(0), grads.get(1), grads.get(2), mean, var));
        }
        for (int i = 0; i < 6; i++) {
          Tensor rounded = results.get(i).to(results.get(6 + i).dtype());
          assertArrayEquals(
              rounded.to(DType.FLOAT32).toFloatArray(),
              results.get(6 + i).to(DType.FLOAT32).toFloatArray(),
              "result " + i + " of kind " + kind + " with parameters of " + parameters);
        }
      }
    }
    Tensor x = numbers(half, 0, 3, 4, 18);
    Tensor w = numbers(DType.FLOAT64, 1, 4);
    assertThrows(DTypeException.class, () -> x.groupNorm(2, w, null, 0.1));
  }

  /** What comes before and after is computed in the launch of the group norm. */
  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void whatSurroundsIsPartOfTheLaunch(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    device.scheduler().setFused(true);
    Tensor a = numbers(DType.FLOAT32, 0, 5, 6, 33);
    Tensor c = numbers(DType.FLOAT32, 0, 5, 6, 33);
    Tensor w = numbers(DType.FLOAT32, 0, 6);
    Supplier<Tensor> program = () -> a.add(c).groupNorm(3, w, w, 0.1).add(a).relu();
    assertEquals(1, launches(() -> program.get().toFloatArray()));
    // An expression that costs much is not computed three times over.
    Supplier<Tensor> costly = () -> a.exp().tanh().exp().groupNorm(3, w, w, 0.1);
    assertEquals(2, launches(() -> costly.get().toFloatArray()));
    Tensor x = leaf(a);
    Tensor relu = x.groupNorm(3, w, w, 0.1).relu();
    Tensor dy = numbers(DType.FLOAT32, 0, 5, 6, 33);
    relu.toFloatArray();
    float[] dx = gradient(relu, x, dy);
    assertEquals(1, launches(() -> gradient(x.groupNorm(3, w, w, 0.1).relu(), x, dy)) - 1);
    float[] values = program.get().toFloatArray();
    float[] costlyValues = costly.get().toFloatArray();
    device.scheduler().setFused(false);
    assertArrayEquals(program.get().toFloatArray(), values);
    assertArrayEquals(costly.get().toFloatArray(), costlyValues);
    assertArrayEquals(gradient(x.groupNorm(3, w, w, 0.1).relu(), x, dy), dx);
  }

  private static float[] gradient(Tensor y, Tensor x, Tensor dy) {
    return Autograd.grad(List.of(y), List.of(x), List.of(dy), false, false).get(0).toFloatArray();
  }

  private long launches(Runnable program) {
    device.synchronize();
    long before = device.counters().launches();
    program.run();
    device.synchronize();
    return device.counters().launches() - before;
  }

  /** Instance norm keeps the statistics that the kernel of group norm finds. */
  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void instanceNormMovesTheRunningStatistics(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    Tensor x = numbers(DType.FLOAT64, 5, 3, 2, 40);
    Tensor mean = Tensor.zeros(2).to(DType.FLOAT64);
    Tensor var = Tensor.ones(2).to(DType.FLOAT64);
    x.instanceNorm(mean, var, null, null, true, 0.25, 1e-5);
    int[] space = {2};
    assertArrayEquals(
        x.mean(space, false).mean(new int[] {0}, false).mul(0.25).toDoubleArray(),
        mean.toDoubleArray(),
        1e-12);
    assertArrayEquals(
        x.var(space, 1, false).mean(new int[] {0}, false).mul(0.25).add(0.75).toDoubleArray(),
        var.toDoubleArray(),
        1e-12);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void noElementsGiveNone(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    for (long[] sizes : new long[][] {{0, 4, 3}, {2, 4, 0}}) {
      for (int groups : new int[] {0, 2}) {
        Tensor x = leaf(Tensor.zeros(sizes));
        Tensor w = leaf(Tensor.ones(4));
        Tensor b = leaf(Tensor.ones(4));
        Tensor y = norm(x, groups, w, b, 0.1);
        assertEquals(x.shape(), y.shape());
        y.sum().backward();
        assertEquals(x.shape(), x.grad().shape());
        assertArrayEquals(new float[4], w.grad().toFloatArray());
        assertArrayEquals(new float[4], b.grad().toFloatArray());
      }
    }
  }

  @Test
  void onlyWhatIsAskedForGetsGradients() {
    Tensor x = numbers(DType.FLOAT32, 0, 6, 4, 20);
    Tensor w = leaf(numbers(DType.FLOAT32, 0, 4));
    Tensor b = leaf(numbers(DType.FLOAT32, 0, 4));
    for (String kernels : List.of("vector", "group")) {
      System.setProperty("clgrad.kernels", kernels);
      for (int groups : new int[] {0, 4}) {
        Tensor y = norm(x, groups, w, b, 0.1);
        String node = y.gradFn().name();
        assertTrue(node.matches("Native(Batch|Group)NormBackward0"), node);
        List<Tensor> grads =
            Autograd.grad(List.of(y), List.of(b, w), List.of(Tensor.ones(6, 4, 20)), false, false);
        assertArrayEquals(new float[] {120, 120, 120, 120}, grads.get(0).toFloatArray());
        assertArrayEquals(new float[4], grads.get(1).toFloatArray(), 1e-3f);
        Tensor plain = norm(leaf(x), groups, w.detach(), null, 0.1);
        plain.sum().backward();
        assertEquals(null, norm(x, groups, w.detach(), null, 0.1).gradFn());
      }
    }
  }

  @Test
  void aSingleValueHasNoVariance() {
    ShapeException batch =
        assertThrows(
            ShapeException.class,
            () -> Tensor.ones(1, 3, 1).batchNorm(null, null, null, null, true, 0.1, 0.1));
    assertTrue(batch.getMessage().contains("batch_norm: each channel of shape [1, 3, 1]"));
    ShapeException instance =
        assertThrows(ShapeException.class, () -> Tensor.ones(2, 3, 1).instanceNorm());
    assertTrue(instance.getMessage().contains("instance_norm: each channel of shape [2, 3, 1]"));
    assertArrayEquals(new float[6], Tensor.ones(2, 3, 1).groupNorm(3).toFloatArray());
  }
}
