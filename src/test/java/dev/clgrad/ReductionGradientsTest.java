package dev.clgrad;

import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Gradients of reductions, softmax, gather and cross-entropy against differences of values, by
 * every kind of kernel.
 */
class ReductionGradientsTest {
  private final Random random = new Random(3);

  @AfterEach
  void chooseKernelsByDevice() {
    System.clearProperty("clgrad.kernels");
  }

  private void check(UnaryOperator<Tensor> function, long... sizes) {
    Shape shape = Shape.of(sizes);
    FiniteDifferences.check(function, shape, random.doubles(shape.numel(), -2, 2).toArray());
  }

  private static Tensor index(Shape shape, long... values) {
    return Tensor.fromArray(values, DType.INT64, shape, Device.getDefault());
  }

  private static Tensor doubles(Shape shape, double... values) {
    return Tensor.fromArray(values, DType.FLOAT64, shape, Device.getDefault());
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void reductions(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    check(x -> x.sum(), 3, 4);
    check(x -> x.sum(0, 2), 3, 2, 4);
    check(x -> x.mul(x).sum(new int[] {1}, true), 3, 4);
    check(x -> x.mean(), 2, 3);
    check(x -> x.mul(x).mean(-1), 2, 3);
    check(x -> x.transpose(0, 1).mul(x.transpose(0, 1)).mean(0), 2, 3);
    check(x -> x.amax(), 2, 5);
    check(x -> x.amax(0, 2), 3, 2, 4);
    check(x -> x.mul(x).amax(new int[] {1}, true), 3, 4);
    check(x -> x.transpose(0, 2).amax(1), 2, 3, 2);
    check(x -> x.mul(x.mean()).amax(), 4);
    check(x -> x.sum(), new long[0]);
    check(x -> x.mean(0), new long[0]);
    check(x -> x.amax(-1), new long[0]);
    check(x -> x.sum(0), 0, 3);
    check(x -> x.mul(x).sum(1), 2, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void softmax(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    for (long[] sizes : new long[][] {{3, 5}, {2, 3, 4}, {2, 21}, {1, 70}}) {
      for (int dim = 0; dim < sizes.length; dim++) {
        int d = dim;
        check(x -> x.softmax(d), sizes);
        check(x -> x.logSoftmax(d), sizes);
      }
    }
    check(x -> x.transpose(0, 1).softmax(1), 3, 4);
    check(x -> x.transpose(0, 1).logSoftmax(0), 3, 4);
    check(x -> x.softmax(0), new long[0]);
    check(x -> x.logSoftmax(-1), new long[0]);
    check(x -> x.softmax(0), 0, 3);
    check(x -> x.logSoftmax(1), 3, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void gather(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    check(x -> x.gather(1, index(Shape.of(3, 2), 1, 1, 3, 0, 2, 2)), 3, 4);
    check(x -> x.gather(0, index(Shape.of(5, 2), 0, 2, 1, 1, 0, 2, 0, 0, 0, 1)), 3, 4);
    check(x -> x.mul(x).gather(-1, index(Shape.of(1, 2, 2), 4, 0, 4, 4)), 2, 3, 5);
    check(x -> x.transpose(0, 1).gather(0, index(Shape.of(2, 3), 3, 2, 1, 0, 0, 3)), 3, 4);
    check(x -> x.gather(0, index(Shape.SCALAR, 0)), new long[0]);
    check(x -> x.gather(0, index(Shape.of(2), 4, 4)), 5);
    check(x -> x.gather(1, index(Shape.of(2, 0))), 2, 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void crossEntropy(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    for (LossReduction reduction :
        List.of(LossReduction.NONE, LossReduction.SUM, LossReduction.MEAN)) {
      for (double smoothing : new double[] {0, 0.2}) {
        CrossEntropyOptions options = new CrossEntropyOptions(reduction, null, -100, smoothing);
        Tensor weight = doubles(Shape.of(3), 0.5, 2, 1.5);
        Tensor target = index(Shape.of(4), 2, 0, -100, 1);
        check(x -> x.crossEntropy(target, options), 4, 3);
        check(x -> x.crossEntropy(target, options.withWeight(weight)), 4, 3);
        check(x -> x.transpose(0, 1).crossEntropy(target, options.withIgnoreIndex(-100)), 3, 4);
        Tensor images = index(Shape.of(2, 2), 2, 1, -100, 0);
        check(x -> x.crossEntropy(images, options.withWeight(weight)), 2, 3, 2);
        check(x -> x.crossEntropy(index(Shape.SCALAR, 1), options), 3);
        Tensor many = index(Shape.of(2), 35, 4);
        check(x -> x.crossEntropy(many, options), 2, 37);
        Tensor mixed = doubles(Shape.of(2, 3), 0.2, 0.3, 0.5, 0.9, 0, 0.1);
        check(x -> x.crossEntropy(mixed, options.withWeight(weight)), 2, 3);
        // The probabilities get a gradient too.
        check(x -> mixed.crossEntropy(x, options), 2, 3);
      }
    }
  }
}
