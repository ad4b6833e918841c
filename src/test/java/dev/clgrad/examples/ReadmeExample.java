package dev.clgrad.examples;

import dev.clgrad.Clgrad;
import dev.clgrad.Tensor;
import dev.clgrad.nn.Activation;
import dev.clgrad.nn.Linear;
import dev.clgrad.nn.Sequential;
import dev.clgrad.optim.Adam;

/** The lines of use in README.md: keep the two the same. */
final class ReadmeExample {
  private ReadmeExample() {}

  /** Teaches a small network XOR and prints what it learned. */
  public static void main(String[] args) {
    Tensor x = Tensor.scalar(3f).requiresGrad(true);
    Tensor y = x.pow(2).mul(3).add(x.mul(4)).add(2); // 3x² + 4x + 2 = 41
    y.backward();
    System.out.println(x.grad()); // tensor(22.)

    Clgrad.manualSeed(1);
    Tensor inputs = Tensor.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
    Tensor labels = Tensor.of(0L, 1L, 1L, 0L); // XOR
    var model = new Sequential(new Linear(2, 16), Activation.tanh(), new Linear(16, 2));
    var optimizer = new Adam(model.parameters(), 0.05);
    for (int step = 0; step < 100; step++) {
      Tensor loss = model.forward(inputs).crossEntropy(labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }
    System.out.println(model.forward(inputs).argmax(1)); // tensor([0, 1, 1, 0])
  }
}
