package dev.clgrad.rendered;

import dev.clgrad.DType;
import dev.clgrad.Device;
import dev.clgrad.Shape;
import dev.clgrad.Tensor;
import dev.clgrad.nn.Activation;
import dev.clgrad.nn.BatchNorm2d;
import dev.clgrad.nn.Conv2d;
import dev.clgrad.nn.Dropout;
import dev.clgrad.nn.Embedding;
import dev.clgrad.nn.LayerNorm;
import dev.clgrad.nn.Linear;
import dev.clgrad.nn.MaxPool2d;
import dev.clgrad.nn.Module;
import dev.clgrad.nn.Sequential;
import dev.clgrad.optim.Adam;
import dev.clgrad.optim.Sgd;
import java.util.List;
import java.util.stream.Stream;

/** A training step or two of what people train, for the groups that clgrad makes of it. */
final class SampleModels {
  private static final int BATCH = 32;
  private static final int CLASSES = 10;

  private SampleModels() {}

  /** Steps of a perceptron with Adam. */
  static void perceptron() {
    Module model =
        new Sequential(
            new Linear(64, 128),
            Activation.relu(),
            new Dropout(0.1),
            new Linear(128, 128),
            Activation.tanh(),
            new Linear(128, CLASSES));
    Adam optimizer = new Adam(parameters(model), 1e-3, Adam.options().weightDecay(1e-2));
    for (int step = 0; step < 2; step++) {
      optimizer.zeroGrad();
      model.forward(Tensor.randn(BATCH, 64)).crossEntropy(labels(BATCH)).backward();
      optimizer.step();
    }
  }

  /** Steps of a convolutional network with momentum. */
  static void convolutional() {
    Module features =
        new Sequential(
            new Conv2d(1, 16, 3),
            new BatchNorm2d(16),
            Activation.relu(),
            new MaxPool2d(2),
            new Conv2d(16, 32, 3),
            Activation.of("gelu", Tensor::gelu));
    Module head = new Linear(32 * 11 * 11, CLASSES);
    Sgd optimizer = new Sgd(parameters(features, head), 1e-2, Sgd.options().momentum(0.9));
    for (int step = 0; step < 2; step++) {
      optimizer.zeroGrad();
      Tensor x = features.forward(Tensor.randn(BATCH, 1, 28, 28));
      head.forward(x.reshape(BATCH, -1)).crossEntropy(labels(BATCH)).backward();
      optimizer.step();
    }
  }

  /** Steps of a transformer's block, its attention once as one operation and once as its parts. */
  static void transformer() {
    int length = 16;
    int features = 64;
    Embedding embedding = new Embedding(100, features);
    LayerNorm before = new LayerNorm(features);
    Linear query = new Linear(features, features);
    Linear key = new Linear(features, features);
    Linear value = new Linear(features, features);
    Module perceptron =
        new Sequential(
            new LayerNorm(features),
            new Linear(features, 4L * features),
            Activation.of("gelu", Tensor::gelu),
            new Linear(4L * features, features));
    Linear head = new Linear(features, CLASSES);
    Adam optimizer =
        new Adam(parameters(embedding, before, query, key, value, perceptron, head), 1e-3);
    for (int step = 0; step < 2; step++) {
      optimizer.zeroGrad();
      Tensor x = embedding.forward(Tensor.zeros(Shape.of(BATCH, length), DType.INT64));
      Tensor normal = before.forward(x);
      Tensor q = query.forward(normal);
      Tensor k = key.forward(normal);
      Tensor v = value.forward(normal);
      Tensor scores = q.matmul(k.transpose(1, 2)).mul(1 / Math.sqrt(features)).softmax(-1);
      x = x.add(step == 0 ? scores.matmul(v) : q.scaledDotProductAttention(k, v));
      x = x.add(perceptron.forward(x));
      head.forward(x.mean(1)).crossEntropy(labels(BATCH)).backward();
      optimizer.step();
    }
  }

  /** Chains over other types, broadcasts and views. */
  static void chains() {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16}) {
      Tensor x = Tensor.randn(64, 48).to(dtype).detach().requiresGrad(true);
      Tensor row = Tensor.randn(48).to(dtype).detach().requiresGrad(true);
      x.mul(row).add(1).sigmoid().mul(x.tanh()).sum().backward();
      x.transpose(0, 1).exp().add(Tensor.randn(48, 64).to(dtype)).log1p().mean().backward();
    }
    Tensor i = Tensor.arange(0, 1000).to(DType.INT64);
    i.mul(3).add(i).remainder(7).eq(2).to(DType.FLOAT32).sum().item();
  }

  /** The parameters of a model's parts, made before its first step. */
  private static List<Tensor> parameters(Module... parts) {
    List<Tensor> all = Stream.of(parts).flatMap(part -> part.parameters().stream()).toList();
    Device.getDefault().synchronize();
    return all;
  }

  private static Tensor labels(int n) {
    return Tensor.zeros(Shape.of(n), DType.INT64);
  }
}
