package dev.clgrad.bench;

import dev.clgrad.Autograd;
import dev.clgrad.CapturedStep;
import dev.clgrad.Device;
import dev.clgrad.Shape;
import dev.clgrad.Tensor;
import dev.clgrad.nn.Activation;
import dev.clgrad.nn.Linear;
import dev.clgrad.nn.Sequential;
import dev.clgrad.optim.Adam;
import dev.clgrad.optim.Optimizer;
import dev.clgrad.optim.Sgd;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** clgrad, as a user writes it. */
final class ClgradLibrary implements Library {
  private final Device device = Device.getDefault();

  @Override
  public Workload prepare(Row row) throws Missing {
    return switch (row) {
      case ADD_16M -> {
        Tensor a = vector(Sizes.LARGE, 1);
        Tensor b = vector(Sizes.LARGE, 2);
        yield work(() -> a.add(b));
      }
      case CHAIN_4M -> {
        Tensor x = vector(Sizes.MEDIUM, 1);
        yield work(() -> chain(x));
      }
      case CHAIN_4M_BACKWARD -> {
        Tensor x = vector(Sizes.MEDIUM, 1).requiresGrad(true);
        Tensor dy = vector(Sizes.MEDIUM, 2);
        yield work(() -> gradient(x, () -> chain(x).backward(dy)));
      }
      case SUM_16M -> {
        Tensor a = vector(Sizes.LARGE, 1);
        yield work(a::sum);
      }
      case SOFTMAX -> {
        Tensor x = matrix(1);
        // Rows add up to one, and so would say nothing: the check looks at the first column.
        yield work(() -> x.softmax(1), y -> y.narrow(1, 0, 1));
      }
      case LAYERNORM_BACKWARD -> layerNorm();
      case MLP_STEP -> {
        Perceptron model = new Perceptron();
        Optimizer optimizer = new Sgd(model.parameters(), Inputs.LEARNING_RATE);
        yield work(() -> model.step(optimizer));
      }
      case MLP_REPLAY -> {
        Perceptron model = new Perceptron();
        Optimizer optimizer = new Sgd(model.parameters(), Inputs.LEARNING_RATE);
        CapturedStep step =
            CapturedStep.of((images, labels) -> model.step(optimizer, images, labels));
        yield work(() -> step.run(model.images, model.labels));
      }
      case MLP_PRODUCTS -> products();
      case SGEMM_512,
          SGEMM_1024,
          SGEMM_1024_TN,
          SGEMM_2048,
          SGEMM_TAILS,
          DGEMM_1024,
          GEMV_4096,
          BMM_64X128 ->
          work(ClgradNetworks.product(row.gemm()), Tensor::square);
      case CONV_3X3, CONV_1X1, DEPTHWISE_3X3 -> ClgradNetworks.convolution(row.conv());
      case RESNET_BLOCK_STEP -> ClgradNetworks.resNetBlock();
      case GPT_BLOCK -> ClgradNetworks.gptBlock();
      case SCALAR_TAPE -> {
        Tensor x = Tensor.scalar(3f).requiresGrad(true);
        yield work(() -> gradient(x, () -> x.pow(2).mul(3).add(x.mul(4)).add(2).backward()));
      }
      case LAUNCHES -> {
        Perceptron model = new Perceptron();
        Optimizer optimizer = new Adam(model.parameters(), 1e-3);
        yield work(() -> model.step(optimizer));
      }
      case SECOND_START -> throw new Missing("this row is measured from outside");
    };
  }

  private static Tensor vector(int count, long seed) {
    return Tensor.of(Inputs.uniform(count, seed), count);
  }

  private static Tensor matrix(long seed) {
    return Tensor.of(Inputs.uniform(Sizes.MEDIUM, seed), Sizes.ROWS, Sizes.COLUMNS);
  }

  private static Tensor chain(Tensor x) {
    return x.mul(0.5).add(1).mul(x).tanh().square().sub(x);
  }

  /** The gradient of a leaf after a step that computes nothing else of interest. */
  private static Tensor gradient(Tensor leaf, Runnable forwardAndBackward) {
    leaf.zeroGrad();
    forwardAndBackward.run();
    return ClgradWork.gradient(leaf);
  }

  private static Workload layerNorm() {
    Tensor x = matrix(1).requiresGrad(true);
    Tensor dy = matrix(2);
    Tensor weight = vector(Sizes.COLUMNS, 3).requiresGrad(true);
    Tensor bias = vector(Sizes.COLUMNS, 4).requiresGrad(true);
    return work(
        () -> {
          weight.zeroGrad();
          bias.zeroGrad();
          return gradient(
              x,
              () -> x.layerNorm(Shape.of(Sizes.COLUMNS), weight, bias, Sizes.EPSILON).backward(dy));
        },
        dx ->
            dx.square()
                .sum()
                .add(ClgradWork.gradient(weight).sum())
                .add(ClgradWork.gradient(bias).sum()));
  }

  private static Workload products() {
    Products<Tensor> products =
        new Products<>((seed, rows, columns) -> matrixOf(seed, rows, columns)) {
          @Override
          Tensor product(Tensor a, Tensor b) {
            return a.matmul(b);
          }

          @Override
          Tensor transposed(Tensor a) {
            return a.t();
          }
        };
    return work(products::all, last -> last.square());
  }

  private static Tensor matrixOf(long seed, int rows, int columns) {
    return Tensor.of(Inputs.uniform(rows * columns, seed), rows, columns);
  }

  private static Workload work(Supplier<Tensor> once) {
    return work(once, result -> result);
  }

  /** Work whose check is the mean of what the second function makes of the result. */
  private static Workload work(Supplier<Tensor> once, UnaryOperator<Tensor> checked) {
    return new ClgradWork<>(
        once,
        result -> {
          try (var off = Autograd.noGrad()) {
            return checked.apply(result.detach()).mean().item();
          }
        });
  }

  @Override
  public String version() {
    return "clgrad on " + device;
  }

  @Override
  public long launches() {
    return device.counters().launches();
  }

  /** The multi-layer perceptron of the rows, with the weights that all systems start from. */
  private static final class Perceptron {
    private final Tensor images = Tensor.of(Inputs.images(), Sizes.BATCH, Sizes.features(0));
    private final Tensor labels = Tensor.of(Inputs.labels(), Sizes.BATCH);
    private final Sequential model =
        new Sequential(layer(0), Activation.relu(), layer(1), Activation.relu(), layer(2));

    private static Linear layer(int index) {
      int in = Sizes.features(index);
      int out = Sizes.features(index + 1);
      Linear layer = new Linear(in, out);
      try (var off = Autograd.noGrad()) {
        List<Tensor> parameters = layer.parameters();
        parameters.get(0).copy_(Tensor.of(Inputs.weight(index), out, in));
        parameters.get(1).copy_(Tensor.of(Inputs.bias(index), out));
      }
      return layer;
    }

    List<Tensor> parameters() {
      return model.parameters();
    }

    Tensor step(Optimizer optimizer) {
      return step(optimizer, images, labels);
    }

    Tensor step(Optimizer optimizer, Tensor images, Tensor labels) {
      Tensor loss = model.forward(images).crossEntropy(labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    }
  }
}
