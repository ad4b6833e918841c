package dev.clgrad.cli;

import dev.clgrad.Autograd;
import dev.clgrad.Tensor;
import dev.clgrad.data.Batches;
import dev.clgrad.data.Digits;
import dev.clgrad.data.TensorBatches;
import dev.clgrad.data.TensorBatches.TensorBatch;
import dev.clgrad.nn.Activation;
import dev.clgrad.nn.Linear;
import dev.clgrad.nn.Module;
import dev.clgrad.nn.Sequential;
import dev.clgrad.optim.Adam;
import dev.clgrad.optim.Optimizer;
import java.util.Locale;

/**
 * A network that tells handwritten digits apart, and its training. An example to learn from: the
 * public API alone.
 */
final class DigitClassifier {
  private static final int HIDDEN = 128;
  private static final int BATCH = 64;
  private static final double LEARNING_RATE = 1e-3;
  private static final long ORDER_SEED = 1;

  // The mean and deviation of MNIST's pixels, so that the inputs are about standard normal.
  private static final double MEAN = 0.1307;
  private static final double DEVIATION = 0.3081;

  private final Module model =
      new Sequential(
          new Linear(Digits.PIXELS, HIDDEN), Activation.relu(), new Linear(HIDDEN, Digits.CLASSES));
  private final Optimizer optimizer = new Adam(model.parameters(), LEARNING_RATE);
  private final TensorBatches training;
  private final TensorBatches heldOut;

  /**
   * How well the network does.
   *
   * @param loss the mean cross-entropy
   * @param accuracy the share of digits told right, 0 to 1
   */
  record Score(double loss, double accuracy) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "loss %.4f, accuracy %.2f %%", loss, 100 * accuracy);
    }
  }

  /** A network not yet trained, for these digits. */
  DigitClassifier(Digits digits) {
    training =
        new TensorBatches(
            Batches.of(digits.train(), BATCH).normalized(MEAN, DEVIATION).shuffled(ORDER_SEED));
    heldOut = new TensorBatches(Batches.of(digits.test(), 500).normalized(MEAN, DEVIATION));
  }

  /** The network. */
  Module model() {
    return model;
  }

  /** One pass over the training digits; gives the images a second. */
  double trainEpoch(int epoch, Progress progress) {
    model.train();
    long start = System.nanoTime();
    int batches = 0;
    int images = 0;
    for (TensorBatch batch : training.epoch(epoch)) {
      Tensor loss = model.forward(batch.images()).crossEntropy(batch.labels());
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();

      batches++;
      images += (int) batch.labels().numel();
      // item() waits for the device, so it is asked only for what is shown.
      if (progress.isDue()) {
        progress.show(
            String.format(
                Locale.ROOT,
                "epoch %d, batch %d/%d, loss %.4f, %.0f images/s",
                epoch,
                batches,
                training.count(),
                loss.item(),
                images / seconds(start)));
      }
    }
    return images / seconds(start);
  }

  /** How well the network does on digits it was not trained with. */
  Score score() {
    model.eval();
    double loss = 0;
    long right = 0;
    try (var off = Autograd.noGrad()) {
      for (TensorBatch batch : heldOut.epoch(0)) {
        Tensor scores = model.forward(batch.images());
        loss += scores.crossEntropy(batch.labels()).item() * batch.labels().numel();
        right += (long) scores.argmax(1).eq(batch.labels()).sum().item();
      }
    }
    return new Score(loss / heldOut.size(), (double) right / heldOut.size());
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
