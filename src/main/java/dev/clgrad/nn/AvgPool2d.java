package dev.clgrad.nn;

import dev.clgrad.PoolOptions;
import dev.clgrad.Tensor;

/** The mean of each window: {@link Tensor#avgPool2d(PoolOptions)} as a module. */
public final class AvgPool2d extends Module {
  private final PoolOptions options;

  /** Windows of a size that lie side by side. */
  public AvgPool2d(long kernelSize) {
    this(PoolOptions.of(kernelSize));
  }

  /** Windows as the options say. */
  public AvgPool2d(PoolOptions options) {
    this.options = options;
  }

  /**
   * Applies the layer.
   *
   * @param x of shape [batch, channels, height, width] or the same without batch
   * @throws dev.clgrad.ShapeException if shape and options do not fit
   * @throws dev.clgrad.DTypeException if the numbers are not floating-point
   */
  @Override
  public Tensor forward(Tensor x) {
    return x.avgPool2d(options);
  }

  @Override
  protected String describe() {
    return "AvgPool2d(" + options + ")";
  }
}
