package dev.clgrad.soak;

import dev.clgrad.CapturedStep;
import dev.clgrad.Clgrad;
import dev.clgrad.Device;
import dev.clgrad.Scope;
import dev.clgrad.Tensor;
import dev.clgrad.nn.Activation;
import dev.clgrad.nn.Linear;
import dev.clgrad.nn.Sequential;
import dev.clgrad.optim.Adam;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.BinaryOperator;

/** Small training steps, as a user writes them who closes nothing, or who opens a scope. */
final class TrainingLoop {
  /** What gives the memory of a step back. */
  enum Mode {
    /** Nothing: the tensors of a step become garbage. */
    PLAIN,
    /** A scope around each step. */
    SCOPES,
    /** A captured step, whose inputs and result are closed. */
    CAPTURED;

    static Mode of(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }
  }

  private static final int BATCH = 32;
  private static final int FEATURES = 64;
  private static final int CLASSES = 10;

  private final Sequential model;
  private final Adam optimizer;
  private final CapturedStep captured = CapturedStep.of(this::train);
  private final Random random = new Random(1);
  private double lastLoss = Double.NaN;

  TrainingLoop() {
    Clgrad.manualSeed(1);
    model = new Sequential(new Linear(FEATURES, 128), Activation.relu(), new Linear(128, CLASSES));
    optimizer = new Adam(model.parameters(), 1e-3);
  }

  /** One step. Its data come from the host, as those of a real program do. */
  void step(Mode mode, boolean readsLoss) {
    switch (mode) {
      case PLAIN -> step(this::train, readsLoss);
      case SCOPES -> Scope.run(() -> step(this::train, readsLoss));
      case CAPTURED -> step(captured::run, readsLoss).forEach(Tensor::close);
    }
  }

  /** Runs a step on fresh data; its inputs and its loss. */
  private List<Tensor> step(BinaryOperator<Tensor> body, boolean readsLoss) {
    float[] features = new float[BATCH * FEATURES];
    long[] labels = new long[BATCH];
    for (int row = 0; row < BATCH; row++) {
      labels[row] = random.nextInt(CLASSES);
      for (int i = 0; i < FEATURES; i++) {
        features[row * FEATURES + i] = random.nextFloat() + (i % CLASSES == labels[row] ? 1 : 0);
      }
    }
    Tensor x = Tensor.of(features).reshape(BATCH, FEATURES);
    Tensor y = Tensor.of(labels);
    Tensor loss = body.apply(x, y);
    if (readsLoss) {
      lastLoss = loss.item();
    }
    return List.of(x, y, loss);
  }

  private Tensor train(Tensor x, Tensor labels) {
    Tensor loss = model.forward(x).crossEntropy(labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  }

  /** The loss that was read last. */
  double lastLoss() {
    return lastLoss;
  }

  Device device() {
    return model.parameters().get(0).device();
  }
}
