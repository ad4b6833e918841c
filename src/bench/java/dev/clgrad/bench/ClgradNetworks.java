package dev.clgrad.bench;

import dev.clgrad.Autograd;
import dev.clgrad.ConvOptions;
import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.Tensor;
import dev.clgrad.optim.Sgd;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The products, convolutions and blocks of networks as clgrad does them. */
final class ClgradNetworks {
  private ClgradNetworks() {}

  static Supplier<Tensor> product(Gemm gemm) {
    Tensor stored = matrices(gemm, gemm.a(), gemm.rows(), gemm.columns());
    Tensor b =
        gemm.isVector()
            ? Tensor.of(gemm.b(), gemm.k())
            : matrices(gemm, gemm.b(), gemm.k(), gemm.n());
    return () -> (gemm.transposed() ? stored.mT() : stored).matmul(b);
  }

  private static Tensor matrices(Gemm gemm, float[] values, int rows, int columns) {
    Tensor matrices =
        gemm.hasBatch()
            ? Tensor.of(values, gemm.batch(), rows, columns)
            : Tensor.of(values, rows, columns);
    return gemm.doubles() ? matrices.to(DType.FLOAT64) : matrices;
  }

  static Workload convolution(Conv conv) {
    Tensor dy = tensor(conv.dy());
    List<Tensor> leaves = leaves(List.of(conv.x(), conv.weight(), conv.bias()));
    ConvOptions options = ConvOptions.of().padding(conv.padding()).groups(conv.groups());
    return withGradients(
        leaves,
        () -> {
          Tensor y = leaves.get(0).conv2d(leaves.get(1), leaves.get(2), options);
          y.backward(dy);
          return y;
        });
  }

  static Workload resNetBlock() {
    Tensor x = tensor(ResNetBlock.X).requiresGrad(true);
    List<Tensor> parameters = leaves(ResNetBlock.PARAMETERS);
    ResNetBlock<Tensor> block = new ResNet();
    Sgd optimizer = new Sgd(parameters, Inputs.LEARNING_RATE);
    List<Tensor> leaves = new ArrayList<>(parameters);
    leaves.add(x);
    return withGradients(
        leaves,
        () -> {
          Tensor loss = block.forward(x, parameters).square().mean();
          loss.backward();
          optimizer.step();
          return loss;
        });
  }

  static Workload gptBlock() {
    Tensor x = tensor(GptBlock.X).requiresGrad(true);
    Tensor dy = tensor(GptBlock.DY);
    List<Tensor> parameters = leaves(GptBlock.PARAMETERS);
    GptBlock<Tensor> block = new Gpt();
    List<Tensor> leaves = new ArrayList<>(parameters);
    leaves.add(x);
    return withGradients(
        leaves,
        () -> {
          Tensor y = block.forward(x, parameters);
          y.backward(dy);
          return y;
        });
  }

  /** Work that computes a result and all gradients; the check looks at all of them. */
  private static Workload withGradients(List<Tensor> leaves, Supplier<Tensor> forwardAndBackward) {
    return new ClgradWork<>(
        () -> {
          leaves.forEach(Tensor::zeroGrad);
          return forwardAndBackward.get();
        },
        result -> {
          List<Tensor> results = new ArrayList<>(List.of(result.detach()));
          leaves.forEach(leaf -> results.add(ClgradWork.gradient(leaf)));
          try (var off = Autograd.noGrad()) {
            return Workload.agreed(
                results.stream().mapToDouble(each -> each.square().mean().item()).toArray());
          }
        });
  }

  private static List<Tensor> leaves(List<Parameter> parameters) {
    return parameters.stream().map(each -> tensor(each).requiresGrad(true)).toList();
  }

  private static Tensor tensor(Parameter parameter) {
    return Tensor.of(parameter.values(), parameter.dims());
  }

  private static final class ResNet extends ResNetBlock<Tensor> {
    private static final ConvOptions PADDED = ConvOptions.of().padding(1);

    private final List<Tensor> means = List.of(Tensor.zeros(CHANNELS), Tensor.zeros(CHANNELS));
    private final List<Tensor> variances = List.of(Tensor.ones(CHANNELS), Tensor.ones(CHANNELS));

    @Override
    Tensor convolution(Tensor x, Tensor weight) {
      return x.conv2d(weight, null, PADDED);
    }

    @Override
    Tensor batchNorm(Tensor x, Tensor weight, Tensor bias, int layer) {
      return x.batchNorm(
          means.get(layer), variances.get(layer), weight, bias, true, MOMENTUM, Sizes.EPSILON);
    }

    @Override
    Tensor relu(Tensor x) {
      return x.relu();
    }

    @Override
    Tensor add(Tensor a, Tensor b) {
      return a.add(b);
    }
  }

  private static final class Gpt extends GptBlock<Tensor> {
    @Override
    Tensor layerNorm(Tensor x, Tensor weight, Tensor bias) {
      return x.layerNorm(Shape.of(FEATURES), weight, bias, Sizes.EPSILON);
    }

    @Override
    Tensor linear(Tensor x, Tensor weight, Tensor bias) {
      return x.linear(weight, bias);
    }

    @Override
    Tensor attention(Tensor queriesKeysValues) {
      List<Tensor> parts =
          queriesKeysValues.split(FEATURES, 2).stream()
              .map(part -> part.reshape(BATCH, TOKENS, HEADS, DEPTH).transpose(1, 2))
              .toList();
      return parts
          .get(0)
          .scaledDotProductAttention(parts.get(1), parts.get(2), null, true)
          .transpose(1, 2)
          .reshape(BATCH, TOKENS, FEATURES);
    }

    @Override
    Tensor gelu(Tensor x) {
      return x.gelu("tanh");
    }

    @Override
    Tensor add(Tensor a, Tensor b) {
      return a.add(b);
    }
  }
}
