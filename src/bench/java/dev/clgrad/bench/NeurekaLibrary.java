package dev.clgrad.bench;

import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import neureka.Neureka;
import neureka.Shape;
import neureka.Tensor;

/**
 * Neureka on its default device, the CPU. It has no way to clear a gradient, so each run takes a
 * shallow copy as its leaf.
 */
final class NeurekaLibrary implements Library {
  @Override
  public Workload prepare(Row row) throws Missing {
    return switch (row) {
      case ADD_16M -> {
        Tensor<Float> a = vector(Sizes.LARGE, 1);
        Tensor<Float> b = vector(Sizes.LARGE, 2);
        yield work(() -> a.plus(b), NeurekaLibrary::mean);
      }
      case CHAIN_4M -> {
        Tensor<Float> x = vector(Sizes.MEDIUM, 1);
        yield work(() -> chain(x), NeurekaLibrary::mean);
      }
      case CHAIN_4M_BACKWARD -> {
        Tensor<Float> x = vector(Sizes.MEDIUM, 1);
        Tensor<Float> dy = vector(Sizes.MEDIUM, 2);
        yield work(
            () -> {
              Tensor<Float> leaf = x.shallowCopy().setRqsGradient(true);
              chain(leaf).backward(dy);
              return leaf.gradient().orElseThrow();
            },
            NeurekaLibrary::mean);
      }
      case SUM_16M -> {
        Tensor<Float> a = vector(Sizes.LARGE, 1);
        yield work(a::sum, NeurekaLibrary::mean);
      }
      case SOFTMAX -> {
        Tensor<Float> x =
            Tensor.of(Shape.of(Sizes.ROWS, Sizes.COLUMNS), Inputs.uniform(Sizes.MEDIUM, 1));
        yield work(() -> x.softmax(1), NeurekaLibrary::meanOfFirstColumn);
      }
      case SCALAR_TAPE -> {
        Tensor<Float> x = Tensor.of(3f);
        yield work(
            () -> {
              Tensor<Float> leaf = x.shallowCopy().setRqsGradient(true);
              leaf.power(2f).multiply(3f).plus(leaf.multiply(4f)).plus(2f).backward();
              return leaf.gradient().orElseThrow();
            },
            NeurekaLibrary::mean);
      }
      case SGEMM_512, SGEMM_1024, SGEMM_TAILS -> {
        Gemm gemm = row.gemm();
        Tensor<Float> a = Tensor.of(Shape.of(gemm.m(), gemm.k()), gemm.a());
        Tensor<Float> b = Tensor.of(Shape.of(gemm.k(), gemm.n()), gemm.b());
        yield work(() -> a.matMul(b), c -> mean(c.power(2f)));
      }
      case SGEMM_2048 -> throw new Missing("a product of this size takes it seconds");
      case SGEMM_1024_TN, DGEMM_1024, GEMV_4096, BMM_64X128 ->
          throw new Missing("only plain products are measured");
      case CONV_3X3, CONV_1X1, DEPTHWISE_3X3 -> throw new Missing("no convolution of a batch");
      case RESNET_BLOCK_STEP -> throw new Missing("no batch norm");
      case GPT_BLOCK -> throw new Missing("no attention");
      case LAYERNORM_BACKWARD -> throw new Missing("no layer norm");
      case MLP_STEP, MLP_REPLAY, MLP_PRODUCTS, SECOND_START ->
          throw new Missing("no cross-entropy");
      case LAUNCHES -> throw new Missing("no count of launches");
    };
  }

  private static Tensor<Float> vector(int count, long seed) {
    return Tensor.of(Shape.of(count), Inputs.uniform(count, seed));
  }

  private static Tensor<Float> chain(Tensor<Float> x) {
    return x.multiply(0.5f).plus(1f).multiply(x).tanh().power(2f).minus(x);
  }

  private static Workload work(
      Supplier<Tensor<Float>> once, ToDoubleFunction<Tensor<Float>> checked) {
    return new Workload() {
      @Override
      public void run() {
        Tensor<Float> unused = once.get();
      }

      @Override
      public double check() {
        return checked.applyAsDouble(once.get());
      }
    };
  }

  private static double mean(Tensor<Float> tensor) {
    return mean(tensor, 1);
  }

  private static double meanOfFirstColumn(Tensor<Float> tensor) {
    return mean(tensor, Sizes.COLUMNS);
  }

  private static double mean(Tensor<Float> tensor, int stride) {
    double sum = 0;
    int size = tensor.size();
    for (int i = 0; i < size; i += stride) {
      sum += tensor.item(i);
    }
    return sum * stride / size;
  }

  @Override
  public String version() {
    return "Neureka " + Neureka.version() + " on its CPU device";
  }
}
