package dev.clgrad.bench;

import static dev.clgrad.bench.TorchWork.alias;
import static dev.clgrad.bench.TorchWork.backward;
import static dev.clgrad.bench.TorchWork.leaf;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.loss.Loss;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * libtorch through DJL. Where DJL offers a shorter way than its gradient collector, which fills a
 * gradient with zeros and adds to it, the shorter one is taken: each run has fresh leaves over the
 * same memory.
 */
final class TorchLibrary implements Library {
  private final NDManager manager = NDManager.newBaseManager();
  private final TorchNetworks networks = new TorchNetworks(manager);
  private final Map<Long, NDArray> constants = new HashMap<>();

  TorchLibrary() {
    JniUtils.setGradMode(true);
  }

  @Override
  public Workload prepare(Row row) throws Missing {
    return switch (row) {
      case ADD_16M -> {
        NDArray a = vector(Sizes.LARGE, 1);
        NDArray b = vector(Sizes.LARGE, 2);
        yield work(run -> alias(run, a).add(b), y -> y);
      }
      case CHAIN_4M -> {
        NDArray x = vector(Sizes.MEDIUM, 1);
        yield work(run -> chain(alias(run, x)), y -> y);
      }
      case CHAIN_4M_BACKWARD -> {
        NDArray x = vector(Sizes.MEDIUM, 1);
        NDArray dy = vector(Sizes.MEDIUM, 2);
        yield work(
            run -> {
              NDArray leaf = leaf(run, x);
              backward(chain(leaf), dy);
              return leaf.getGradient();
            },
            dx -> dx);
      }
      case SUM_16M -> {
        NDArray a = vector(Sizes.LARGE, 1);
        yield work(run -> alias(run, a).sum(), y -> y);
      }
      case SOFTMAX -> {
        NDArray x = matrix(1, Sizes.ROWS, Sizes.COLUMNS);
        yield work(run -> alias(run, x).softmax(1), y -> y.get(":, 0"));
      }
      case LAYERNORM_BACKWARD -> layerNorm();
      case MLP_STEP, MLP_REPLAY -> new Perceptron();
      case MLP_PRODUCTS -> products();
      case SGEMM_512,
          SGEMM_1024,
          SGEMM_1024_TN,
          SGEMM_2048,
          SGEMM_TAILS,
          DGEMM_1024,
          GEMV_4096,
          BMM_64X128 ->
          work(networks.product(row.gemm()), NDArray::square);
      case CONV_3X3, CONV_1X1, DEPTHWISE_3X3 -> networks.convolution(row.conv());
      case RESNET_BLOCK_STEP -> networks.resNetBlock();
      case GPT_BLOCK -> networks.gptBlock();
      case SCALAR_TAPE -> {
        NDArray x = manager.create(3f);
        NDArray one = manager.create(1f);
        yield work(
            run -> {
              NDArray leaf = leaf(run, x);
              backward(leaf.pow(2).mul(3).add(leaf.mul(4)).add(2), one);
              return leaf.getGradient();
            },
            dx -> dx);
      }
      case LAUNCHES -> throw new Missing("no count of launches");
      case SECOND_START -> throw new Missing("this row is measured from outside");
    };
  }

  private NDArray vector(int count, long seed) {
    return manager.create(Inputs.uniform(count, seed), new Shape(count));
  }

  private NDArray matrix(long seed, int rows, int columns) {
    return manager.create(Inputs.uniform(rows * columns, seed), new Shape(rows, columns));
  }

  private static NDArray chain(NDArray x) {
    return x.mul(0.5f).add(1).mul(x).tanh().square().sub(x);
  }

  private Workload layerNorm() {
    NDArray x = matrix(1, Sizes.ROWS, Sizes.COLUMNS);
    NDArray dy = matrix(2, Sizes.ROWS, Sizes.COLUMNS);
    NDArray weight = vector(Sizes.COLUMNS, 3);
    NDArray bias = vector(Sizes.COLUMNS, 4);
    Shape normalized = new Shape(Sizes.COLUMNS);
    List<NDArray> gradients = new ArrayList<>();
    return work(
        run -> {
          NDArray leaf = leaf(run, x);
          NDArray w = leaf(run, weight);
          NDArray b = leaf(run, bias);
          backward(
              LayerNorm.layerNorm(leaf, normalized, w, b, Sizes.EPSILON).singletonOrThrow(), dy);
          gradients.clear();
          gradients.add(w.getGradient());
          gradients.add(b.getGradient());
          return leaf.getGradient();
        },
        dx -> dx.square().sum().add(gradients.get(0).sum()).add(gradients.get(1).sum()));
  }

  private Workload products() {
    return work(
        run -> {
          Products<NDArray> products =
              new Products<>((seed, rows, columns) -> alias(run, constant(seed, rows, columns))) {
                @Override
                NDArray product(NDArray a, NDArray b) {
                  return a.matMul(b);
                }

                @Override
                NDArray transposed(NDArray a) {
                  return a.transpose();
                }
              };
          return products.all();
        },
        last -> last.square());
  }

  private NDArray constant(long seed, int rows, int columns) {
    return constants.computeIfAbsent(seed, s -> matrix(s, rows, columns));
  }

  private Workload work(Function<NDManager, NDArray> once, Function<NDArray, NDArray> checked) {
    return new TorchWork<>(
        manager,
        once,
        result -> checked.apply(result).mean().toType(DataType.FLOAT64, false).getDouble());
  }

  @Override
  public String version() {
    Engine engine = Engine.getInstance();
    return "libtorch "
        + engine.getVersion()
        + " through DJL "
        + Engine.getDjlVersion()
        + ", "
        + JniUtils.getNumThreads()
        + " threads";
  }

  /** A training step with DJL's layers, loss and update. */
  private final class Perceptron implements Workload {
    private final NDArray images = matrixOf(Inputs.images(), Sizes.BATCH, Sizes.features(0));
    private final NDArray labels = manager.create(Inputs.labels());
    private final List<NDArray> parameters = new ArrayList<>();
    private final Loss crossEntropy = Loss.softmaxCrossEntropyLoss();
    private final NDArray one = manager.create(1f);

    Perceptron() {
      for (int i = 0; i < Sizes.layers(); i++) {
        int out = Sizes.features(i + 1);
        parameters.add(matrixOf(Inputs.weight(i), out, Sizes.features(i)));
        parameters.add(manager.create(Inputs.bias(i)));
      }
    }

    private NDArray matrixOf(float[] values, int rows, int columns) {
      return manager.create(values, new Shape(rows, columns));
    }

    private NDArray step(NDManager run) {
      NDArray x = alias(run, images);
      List<NDArray> leaves = new ArrayList<>();
      for (NDArray parameter : parameters) {
        leaves.add(leaf(run, parameter));
      }
      for (int i = 0; i < Sizes.layers(); i++) {
        x = Linear.linear(x, leaves.get(2 * i), leaves.get(2 * i + 1)).singletonOrThrow();
        if (i + 1 < Sizes.layers()) {
          x = x.getNDArrayInternal().relu();
        }
      }
      NDArray loss = crossEntropy.evaluate(new NDList(labels), new NDList(x));
      backward(loss, one);
      for (int i = 0; i < parameters.size(); i++) {
        TorchWork.update(parameters.get(i), leaves.get(i).getGradient());
      }
      return loss;
    }

    @Override
    public void run() {
      try (NDManager run = manager.newSubManager()) {
        step(run);
      }
    }

    @Override
    public double check() {
      try (NDManager run = manager.newSubManager()) {
        return step(run).getFloat();
      }
    }
  }
}
