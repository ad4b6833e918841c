package dev.clgrad.nn;

/**
 * Batch normalization of (batch, channels) or (batch, channels, length): {@code (x - mean) /
 * √(variance + eps) · weight + bias}, with mean and variance of each channel: those of the batch in
 * training, running ones in evaluation.
 *
 * <p>The weight starts as ones and the bias as zeros, the running mean as zeros and the running
 * variance as ones, all in float32 on the default device.
 */
public final class BatchNorm1d extends BatchNorm {
  /**
   * A layer with weight, bias and running statistics, 1e-5 added to the variance and a momentum of
   * 0.1.
   *
   * @param channels the number of channels
   * @throws dev.clgrad.ShapeException if it is not positive
   */
  public BatchNorm1d(long channels) {
    this(channels, EPS, MOMENTUM, true, true);
  }

  /**
   * A layer.
   *
   * @param channels the number of channels
   * @param eps what is added to the variance
   * @param momentum how far running statistics move towards each batch's
   * @param affine whether there are weight and bias
   * @param trackRunningStats whether running statistics are kept; else evaluation is by the batch's
   *     own too
   * @throws dev.clgrad.ShapeException if the number of channels is not positive
   */
  public BatchNorm1d(
      long channels, double eps, double momentum, boolean affine, boolean trackRunningStats) {
    super("BatchNorm1d", channels, eps, momentum, affine, trackRunningStats);
  }

  @Override
  boolean takesRank(int rank) {
    return rank == 2 || rank == 3;
  }

  @Override
  String inputs() {
    return "(batch, channels) or (batch, channels, length)";
  }
}
