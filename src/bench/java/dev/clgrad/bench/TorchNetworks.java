package dev.clgrad.bench;

import static dev.clgrad.bench.TorchWork.alias;
import static dev.clgrad.bench.TorchWork.backward;
import static dev.clgrad.bench.TorchWork.leaf;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.LayerNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The products, convolutions and blocks of networks as libtorch does them. */
final class TorchNetworks {
  private final NDManager manager;

  TorchNetworks(NDManager manager) {
    this.manager = manager;
  }

  Function<NDManager, NDArray> product(Gemm gemm) {
    NDArray a = gemm.doubles() ? manager.create(gemm.doublesOfA()) : manager.create(gemm.a());
    NDArray b = gemm.doubles() ? manager.create(gemm.doublesOfB()) : manager.create(gemm.b());
    NDArray left = a.reshape(matrices(gemm, gemm.rows(), gemm.columns()));
    NDArray right = gemm.isVector() ? b : b.reshape(matrices(gemm, gemm.k(), gemm.n()));
    return run -> {
      NDArray stored = alias(run, left);
      return (gemm.transposed() ? stored.swapAxes(-2, -1) : stored).matMul(alias(run, right));
    };
  }

  private static Shape matrices(Gemm gemm, int rows, int columns) {
    return gemm.hasBatch() ? new Shape(gemm.batch(), rows, columns) : new Shape(rows, columns);
  }

  Workload convolution(Conv conv) {
    NDArray dy = array(conv.dy());
    Shape stride = new Shape(1, 1);
    Shape padding = new Shape(conv.padding(), conv.padding());
    return withGradients(
        arrays(List.of(conv.x(), conv.weight(), conv.bias())),
        (run, leaves) -> {
          NDArray y =
              Conv2d.conv2d(
                      leaves.get(0),
                      leaves.get(1),
                      leaves.get(2),
                      stride,
                      padding,
                      stride,
                      conv.groups())
                  .singletonOrThrow();
          backward(y, dy);
          return y;
        });
  }

  Workload resNetBlock() {
    List<NDArray> arrays = arrays(ResNetBlock.PARAMETERS);
    int count = arrays.size();
    arrays.add(array(ResNetBlock.X));
    NDArray one = manager.create(1f);
    ResNetBlock<NDArray> block = new ResNet(manager);
    return withGradients(
        arrays,
        (run, leaves) -> {
          NDArray loss = block.forward(leaves.get(count), leaves).square().mean();
          backward(loss, one);
          for (int i = 0; i < count; i++) {
            TorchWork.update(arrays.get(i), leaves.get(i).getGradient());
          }
          return loss;
        });
  }

  Workload gptBlock() {
    List<NDArray> arrays = arrays(GptBlock.PARAMETERS);
    int count = arrays.size();
    arrays.add(array(GptBlock.X));
    NDArray dy = array(GptBlock.DY);
    GptBlock<NDArray> block = new Gpt(manager);
    return withGradients(
        arrays,
        (run, leaves) -> {
          NDArray y = block.forward(leaves.get(count), leaves);
          backward(y, dy);
          return y;
        });
  }

  /** What a run results in: its result, and the leaves that have their gradients. */
  private record Pass(NDArray result, List<NDArray> leaves) {}

  /** Work that computes a result and all gradients; the check looks at all of them. */
  private Workload withGradients(
      List<NDArray> arrays, BiFunction<NDManager, List<NDArray>, NDArray> forwardAndBackward) {
    return new TorchWork<>(
        manager,
        run -> {
          List<NDArray> leaves = arrays.stream().map(each -> leaf(run, each)).toList();
          return new Pass(forwardAndBackward.apply(run, leaves), leaves);
        },
        pass -> {
          List<NDArray> results = new ArrayList<>(List.of(pass.result()));
          pass.leaves().forEach(leaf -> results.add(leaf.getGradient()));
          return Workload.agreed(
              results.stream().mapToDouble(each -> each.square().mean().getFloat()).toArray());
        });
  }

  private List<NDArray> arrays(List<Parameter> parameters) {
    List<NDArray> arrays = new ArrayList<>();
    parameters.forEach(each -> arrays.add(array(each)));
    return arrays;
  }

  private NDArray array(Parameter parameter) {
    return manager.create(parameter.values(), new Shape(parameter.dims()));
  }

  private static final class ResNet extends ResNetBlock<NDArray> {
    private static final Shape ONE = new Shape(1, 1);

    private final List<NDArray> means = new ArrayList<>();
    private final List<NDArray> variances = new ArrayList<>();

    ResNet(NDManager manager) {
      for (int layer = 0; layer < 2; layer++) {
        means.add(manager.zeros(new Shape(CHANNELS)));
        variances.add(manager.ones(new Shape(CHANNELS)));
      }
    }

    @Override
    NDArray convolution(NDArray x, NDArray weight) {
      return Conv2d.conv2d(x, weight, null, ONE, ONE, ONE).singletonOrThrow();
    }

    @Override
    NDArray batchNorm(NDArray x, NDArray weight, NDArray bias, int layer) {
      return BatchNorm.batchNorm(
              x,
              means.get(layer),
              variances.get(layer),
              weight,
              bias,
              1,
              MOMENTUM,
              Sizes.EPSILON,
              true)
          .singletonOrThrow();
    }

    @Override
    NDArray relu(NDArray x) {
      return x.getNDArrayInternal().relu();
    }

    @Override
    NDArray add(NDArray a, NDArray b) {
      return a.add(b);
    }
  }

  /** DJL has GELU by erf alone, and no attention: both are called through TorchScript. */
  private static final class Gpt extends GptBlock<NDArray> {
    private static final Shape NORMALIZED = new Shape(FEATURES);

    private final TorchScript gelu;
    private final TorchScript attention;

    Gpt(NDManager manager) {
      gelu = new TorchScript(manager, "torch.gelu(x, approximate=\"tanh\")", "x");
      attention =
          new TorchScript(
              manager,
              "torch.scaled_dot_product_attention(q, k, v, None, 0., True)",
              "q",
              "k",
              "v");
    }

    @Override
    NDArray layerNorm(NDArray x, NDArray weight, NDArray bias) {
      return LayerNorm.layerNorm(x, NORMALIZED, weight, bias, Sizes.EPSILON).singletonOrThrow();
    }

    @Override
    NDArray linear(NDArray x, NDArray weight, NDArray bias) {
      return Linear.linear(x, weight, bias).singletonOrThrow();
    }

    @Override
    NDArray attention(NDArray queriesKeysValues) {
      NDList parts = queriesKeysValues.split(3, 2);
      return attention
          .call(heads(parts.get(0)), heads(parts.get(1)), heads(parts.get(2)))
          .swapAxes(1, 2)
          .reshape(BATCH, TOKENS, FEATURES);
    }

    private static NDArray heads(NDArray part) {
      return part.reshape(BATCH, TOKENS, HEADS, DEPTH).swapAxes(1, 2);
    }

    @Override
    NDArray gelu(NDArray x) {
      return gelu.call(x);
    }

    @Override
    NDArray add(NDArray a, NDArray b) {
      return a.add(b);
    }
  }
}
