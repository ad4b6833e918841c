package dev.clgrad.nn;

import dev.clgrad.PoolOptions;
import dev.clgrad.Tensor;

/** The largest element of each window: {@link Tensor#maxPool2d(PoolOptions)} as a module. */
public final class MaxPool2d extends Module {
  private final PoolOptions options;

  /** Windows of a size that lie side by side. */
  public MaxPool2d(long kernelSize) {
    this(PoolOptions.of(kernelSize));
  }

  /** Windows as the options say. */
  public MaxPool2d(PoolOptions options) {
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
    return x.maxPool2d(options);
  }

  @Override
  protected String describe() {
    return "MaxPool2d(" + options + ")";
  }
}
