package dev.clgrad.nn;

import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;

/**
 * Group normalization of (batch, channels, ...): {@code (x - mean) / √(variance + eps) · weight +
 * bias}, with mean and variance over groups of neighboring channels of each input.
 *
 * <p>The weight starts as ones and the bias as zeros, in float32 on the default device.
 */
public final class GroupNorm extends ChannelNorm {
  private final long groups;
  private final double eps;

  /**
   * A layer with weight and bias, and with 1e-5 added to the variance.
   *
   * @param groups how many groups; a divisor of the number of channels
   * @param channels the number of channels
   * @throws ShapeException if they cannot be divided into these groups
   */
  public GroupNorm(long groups, long channels) {
    this(groups, channels, EPS, true);
  }

  /**
   * A layer.
   *
   * @param groups how many groups; a divisor of the number of channels
   * @param channels the number of channels
   * @param eps what is added to the variance
   * @param affine whether there are weight and bias
   * @throws ShapeException if the channels cannot be divided into these groups
   */
  public GroupNorm(long groups, long channels, double eps, boolean affine) {
    super("GroupNorm", channels, affine);
    if (groups < 1 || channels % groups != 0) {
      throw new ShapeException(
          "GroupNorm: "
              + channels
              + " channels cannot be divided into "
              + groups
              + " groups; expected a divisor of their number");
    }
    this.groups = groups;
    this.eps = eps;
  }

  /**
   * Applies the layer.
   *
   * @param x of (batch, channels, ...)
   * @return of the same shape
   * @throws ShapeException if it has another number of channels
   * @throws dev.clgrad.DTypeException if x is not of the weight's dtype
   */
  @Override
  public Tensor forward(Tensor x) {
    if (x.shape().rank() < 2 || x.shape().size(1) != channels()) {
      throw new ShapeException(
          "GroupNorm: the input has shape "
              + x.shape()
              + "; expected (batch, "
              + channels()
              + ", ...)");
    }
    return x.groupNorm(groups, weight(), bias(), eps);
  }

  @Override
  protected String describe() {
    return "GroupNorm(" + groups + ", " + channels() + ", eps=" + eps + affineText();
  }
}
