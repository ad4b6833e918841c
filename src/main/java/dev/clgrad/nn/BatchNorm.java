package dev.clgrad.nn;

import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What the batch norms of inputs of any rank share: in training, each channel is normalized by the
 * batch's own mean and variance, towards which running ones move; in evaluation by these.
 */
abstract class BatchNorm extends ChannelNorm {
  static final double MOMENTUM = 0.1;

  private final double eps;
  private final double momentum;
  private final @Nullable Tensor runningMean;
  private final @Nullable Tensor runningVar;

  BatchNorm(
      String name,
      long channels,
      double eps,
      double momentum,
      boolean affine,
      boolean trackRunningStats) {
    super(name, channels, affine);
    this.eps = eps;
    this.momentum = momentum;
    this.runningMean = trackRunningStats ? Tensor.zeros(channels) : null;
    this.runningVar = trackRunningStats ? Tensor.ones(channels) : null;
  }

  /** Whether inputs of a rank are for this layer. */
  abstract boolean takesRank(int rank);

  /** The inputs it takes, in words. */
  abstract String inputs();

  /**
   * Applies the layer; in training, running statistics are updated.
   *
   * @param x of (batch, channels) and the dimensions the layer is for
   * @return of the same shape
   * @throws ShapeException if x has another shape, or a single value for each channel in training
   * @throws dev.clgrad.DTypeException if x is not of float32
   */
  @Override
  public final Tensor forward(Tensor x) {
    if (!takesRank(x.shape().rank())) {
      throw new ShapeException(
          getClass().getSimpleName()
              + ": the input has shape "
              + x.shape()
              + "; expected "
              + inputs());
    }
    boolean own = isTraining() || runningMean == null;
    // Without running statistics evaluation is by the batch's own, as in PyTorch.
    return x.batchNorm(runningMean, runningVar, weight(), bias(), own, momentum, eps);
  }

  /** The running mean, one element for each channel; null for a layer that keeps none. */
  public final @Nullable Tensor runningMean() {
    return runningMean;
  }

  /** The running variance, one element for each channel; null for a layer that keeps none. */
  public final @Nullable Tensor runningVar() {
    return runningVar;
  }

  @Override
  protected final String describe() {
    return getClass().getSimpleName()
        + "("
        + channels()
        + ", eps="
        + eps
        + ", momentum="
        + momentum
        + (runningMean == null ? ", no running statistics" : "")
        + affineText();
  }
}
