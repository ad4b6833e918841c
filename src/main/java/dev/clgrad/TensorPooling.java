package dev.clgrad;

import dev.clgrad.op.AvgPool2d;
import dev.clgrad.op.Interpolate;
import dev.clgrad.op.MaxPool2d;
import dev.clgrad.tape.Variable;
import java.util.List;

/** Pooling and interpolation. */
abstract class TensorPooling extends TensorConvolutions {
  TensorPooling(Variable variable) {
    super(variable);
  }

  /**
   * The largest element of each window of the last dimension, with windows side by side.
   *
   * @throws ShapeException if this has not the shape [batch, channels, length] or [channels,
   *     length], or no window fits
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor maxPool1d(long kernelSize) {
    return maxPool1d(PoolOptions.of(kernelSize));
  }

  /**
   * The largest element of each window; NaN is larger than every number. The gradient goes to the
   * first of equal ones. A window whose places are all in the padding gives -∞.
   *
   * @throws ShapeException if this has not the shape [batch, channels, length] or [channels,
   *     length], or the options do not fit
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor maxPool1d(PoolOptions options) {
    return pooled(MaxPool2d.of("max_pool1d", 1, variable(), options.settings())).values();
  }

  /**
   * As {@link #maxPool1d(PoolOptions)}, and where each element was found.
   *
   * @throws ShapeException if this has not the shape [batch, channels, length] or [channels,
   *     length], or the options do not fit
   * @throws DTypeException if the numbers are not floating-point
   */
  public final MaxPooled maxPool1dWithIndices(PoolOptions options) {
    return pooled(MaxPool2d.of("max_pool1d", 1, variable(), options.settings()));
  }

  /**
   * The mean of each window of the last dimension, with windows side by side.
   *
   * @throws ShapeException if this has not the shape [batch, channels, length] or [channels,
   *     length], or no window fits
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor avgPool1d(long kernelSize) {
    return avgPool1d(PoolOptions.of(kernelSize));
  }

  /**
   * The mean of each window.
   *
   * @throws ShapeException if this has not the shape [batch, channels, length] or [channels,
   *     length], or the options do not fit
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor avgPool1d(PoolOptions options) {
    return new Tensor(AvgPool2d.of("avg_pool1d", 1, variable(), options.settings()));
  }

  /**
   * The largest element of each of the windows that divide the last dimension into so many.
   *
   * @param outputSize how many windows; -1 keeps a size
   * @throws ShapeException if this has not the shape [batch, channels, length] or [channels,
   *     length], or the sizes are below -1
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor adaptiveMaxPool1d(long outputSize) {
    return adaptiveMaxPool1dWithIndices(outputSize).values();
  }

  /**
   * As {@link #adaptiveMaxPool1d}, and where each element was found.
   *
   * @param outputSize how many windows; -1 keeps a size
   * @throws ShapeException if this has not the shape [batch, channels, length] or [channels,
   *     length], or the sizes are below -1
   * @throws DTypeException if the numbers are not floating-point
   */
  public final MaxPooled adaptiveMaxPool1dWithIndices(long outputSize) {
    return pooled(
        MaxPool2d.adaptive("adaptive_max_pool1d", 1, variable(), new long[] {outputSize}));
  }

  /**
   * The mean of each of the windows that divide the last dimension into so many.
   *
   * @param outputSize how many windows; -1 keeps a size
   * @throws ShapeException if this has not the shape [batch, channels, length] or [channels,
   *     length], or the sizes are below -1
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor adaptiveAvgPool1d(long outputSize) {
    return new Tensor(
        AvgPool2d.adaptive("adaptive_avg_pool1d", 1, variable(), new long[] {outputSize}));
  }

  /**
   * The largest element of each window of the last two dimensions, with windows side by side.
   *
   * @throws ShapeException if this has not the shape [batch, channels, height, width] or [channels,
   *     height, width], or no window fits
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor maxPool2d(long kernelSize) {
    return maxPool2d(PoolOptions.of(kernelSize));
  }

  /**
   * The largest element of each window; NaN is larger than every number. The gradient goes to the
   * first of equal ones. A window whose places are all in the padding gives -∞.
   *
   * @throws ShapeException if this has not the shape [batch, channels, height, width] or [channels,
   *     height, width], or the options do not fit
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor maxPool2d(PoolOptions options) {
    return pooled(MaxPool2d.of("max_pool2d", 2, variable(), options.settings())).values();
  }

  /**
   * As {@link #maxPool2d(PoolOptions)}, and where each element was found.
   *
   * @throws ShapeException if this has not the shape [batch, channels, height, width] or [channels,
   *     height, width], or the options do not fit
   * @throws DTypeException if the numbers are not floating-point
   */
  public final MaxPooled maxPool2dWithIndices(PoolOptions options) {
    return pooled(MaxPool2d.of("max_pool2d", 2, variable(), options.settings()));
  }

  /**
   * The mean of each window of the last two dimensions, with windows side by side.
   *
   * @throws ShapeException if this has not the shape [batch, channels, height, width] or [channels,
   *     height, width], or no window fits
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor avgPool2d(long kernelSize) {
    return avgPool2d(PoolOptions.of(kernelSize));
  }

  /**
   * The mean of each window.
   *
   * @throws ShapeException if this has not the shape [batch, channels, height, width] or [channels,
   *     height, width], or the options do not fit
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor avgPool2d(PoolOptions options) {
    return new Tensor(AvgPool2d.of("avg_pool2d", 2, variable(), options.settings()));
  }

  /**
   * The largest element of each of the windows that divide the last two dimensions into a grid.
   *
   * @param outputSize the grid's sizes, or one for both; -1 keeps a size
   * @throws ShapeException if this has not the shape [batch, channels, height, width] or [channels,
   *     height, width], or the sizes are below -1
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor adaptiveMaxPool2d(long... outputSize) {
    return adaptiveMaxPool2dWithIndices(outputSize).values();
  }

  /**
   * As {@link #adaptiveMaxPool2d}, and where each element was found.
   *
   * @param outputSize the grid's sizes, or one for both; -1 keeps a size
   * @throws ShapeException if this has not the shape [batch, channels, height, width] or [channels,
   *     height, width], or the sizes are below -1
   * @throws DTypeException if the numbers are not floating-point
   */
  public final MaxPooled adaptiveMaxPool2dWithIndices(long... outputSize) {
    return pooled(MaxPool2d.adaptive("adaptive_max_pool2d", 2, variable(), outputSize));
  }

  /**
   * The mean of each of the windows that divide the last two dimensions into a grid.
   *
   * @param outputSize the grid's sizes, or one for both; -1 keeps a size
   * @throws ShapeException if this has not the shape [batch, channels, height, width] or [channels,
   *     height, width], or the sizes are below -1
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor adaptiveAvgPool2d(long... outputSize) {
    return new Tensor(AvgPool2d.adaptive("adaptive_avg_pool2d", 2, variable(), outputSize));
  }

  private static MaxPooled pooled(List<Variable> results) {
    return new MaxPooled(new Tensor(results.get(0)), new Tensor(results.get(1)));
  }

  /**
   * This at other sizes, with corners that stay where they are measured from their outer edges.
   *
   * @param size of the result, one number for all dimensions behind batch and channels or one for
   *     each
   * @param mode {@code "nearest"}, or {@code "linear"}, {@code "bilinear"} or {@code "trilinear"}
   *     for one to three dimensions
   * @throws ShapeException if shape, size and mode do not fit
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor interpolate(long[] size, String mode) {
    return interpolate(size, mode, false);
  }

  /**
   * This at other sizes.
   *
   * @param size of the result, one number for all dimensions behind batch and channels or one for
   *     each
   * @param mode {@code "nearest"}, or {@code "linear"}, {@code "bilinear"} or {@code "trilinear"}
   *     for one to three dimensions
   * @param alignCorners whether the centers of the corners stay where they are, rather than their
   *     outer edges; not for {@code "nearest"}
   * @throws ShapeException if shape, size and mode do not fit
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor interpolate(long[] size, String mode, boolean alignCorners) {
    return new Tensor(Interpolate.of(variable(), size, null, mode, alignCorners));
  }

  /**
   * This at a multiple of its sizes, rounded down.
   *
   * @param scaleFactor of the sizes, one number for all dimensions behind batch and channels or one
   *     for each
   * @param mode {@code "nearest"}, or {@code "linear"}, {@code "bilinear"} or {@code "trilinear"}
   *     for one to three dimensions
   * @throws ShapeException if shape, factors and mode do not fit
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor interpolate(double[] scaleFactor, String mode) {
    return interpolate(scaleFactor, mode, false);
  }

  /**
   * This at a multiple of its sizes, rounded down.
   *
   * @param scaleFactor of the sizes, one number for all dimensions behind batch and channels or one
   *     for each
   * @param mode {@code "nearest"}, or {@code "linear"}, {@code "bilinear"} or {@code "trilinear"}
   *     for one to three dimensions
   * @param alignCorners whether the centers of the corners stay where they are, rather than their
   *     outer edges; not for {@code "nearest"}
   * @throws ShapeException if shape, factors and mode do not fit
   * @throws DTypeException if the numbers are not floating-point
   */
  public final Tensor interpolate(double[] scaleFactor, String mode, boolean alignCorners) {
    return new Tensor(Interpolate.of(variable(), null, scaleFactor, mode, alignCorners));
  }
}
