package dev.clgrad;

import dev.clgrad.op.Convolution;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions. As in PyTorch the kernel is not flipped, and inputs have a batch dimension or none.
 */
abstract class TensorConvolutions extends TensorIndexing {
  TensorConvolutions(Variable variable) {
    super(variable);
  }

  /**
   * A convolution in 1 dimension with stride 1, without padding or bias; this has shape [batch,
   * channels, length].
   *
   * @param weight of shape [out, channels / groups, kernel length]
   * @throws ShapeException if the shapes do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public final Tensor conv1d(Tensor weight) {
    return conv1d(weight, null, ConvOptions.of());
  }

  /**
   * A convolution in 1 dimension; this has shape [batch, channels, length] or the same without
   * batch.
   *
   * @param weight of shape [out, channels / groups, kernel length]
   * @param bias of shape [out]; null for none
   * @param options stride, padding, dilation and groups
   * @throws ShapeException if shapes and options do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public final Tensor conv1d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return new Tensor(
        Convolution.of(
            "conv1d", 1, variable(), weight.variable(), variableOf(bias), options.settings()));
  }

  /**
   * A convolution in 2 dimensions with stride 1, without padding or bias; this has shape [batch,
   * channels, height, width].
   *
   * @param weight of shape [out, channels / groups, kernel height, kernel width]
   * @throws ShapeException if the shapes do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public final Tensor conv2d(Tensor weight) {
    return conv2d(weight, null, ConvOptions.of());
  }

  /**
   * A convolution in 2 dimensions; this has shape [batch, channels, height, width] or the same
   * without batch.
   *
   * @param weight of shape [out, channels / groups, kernel height, kernel width]
   * @param bias of shape [out]; null for none
   * @param options stride, padding, dilation and groups
   * @throws ShapeException if shapes and options do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public final Tensor conv2d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return new Tensor(
        Convolution.of(
            "conv2d", 2, variable(), weight.variable(), variableOf(bias), options.settings()));
  }

  /**
   * A convolution in 3 dimensions with stride 1, without padding or bias; this has shape [batch,
   * channels, depth, height, width].
   *
   * @param weight of shape [out, channels / groups, kernel depth, height, width]
   * @throws ShapeException if the shapes do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public final Tensor conv3d(Tensor weight) {
    return conv3d(weight, null, ConvOptions.of());
  }

  /**
   * A convolution in 3 dimensions; this has shape [batch, channels, depth, height, width] or the
   * same without batch.
   *
   * @param weight of shape [out, channels / groups, kernel depth, height, width]
   * @param bias of shape [out]; null for none
   * @param options stride, padding, dilation and groups
   * @throws ShapeException if shapes and options do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public final Tensor conv3d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return new Tensor(
        Convolution.of(
            "conv3d", 3, variable(), weight.variable(), variableOf(bias), options.settings()));
  }

  /**
   * A transposed convolution in 1 dimension with stride 1, without padding or bias; this has shape
   * [batch, channels, length].
   *
   * @param weight of shape [channels, out / groups, kernel length]
   * @throws ShapeException if the shapes do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public final Tensor convTranspose1d(Tensor weight) {
    return convTranspose1d(weight, null, ConvOptions.of());
  }

  /**
   * A transposed convolution in 1 dimension, which is the input gradient of the convolution of
   * these settings; this has shape [batch, channels, length] or the same without batch.
   *
   * @param weight of shape [channels, out / groups, kernel length]
   * @param bias of shape [out]; null for none
   * @param options stride, padding, dilation and groups, and what is added to the size of the
   *     result
   * @throws ShapeException if shapes and options do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public final Tensor convTranspose1d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return new Tensor(
        Convolution.transposed(
            "conv_transpose1d",
            1,
            variable(),
            weight.variable(),
            variableOf(bias),
            options.settings()));
  }

  /**
   * A transposed convolution in 2 dimensions with stride 1, without padding or bias; this has shape
   * [batch, channels, height, width].
   *
   * @param weight of shape [channels, out / groups, kernel height, kernel width]
   * @throws ShapeException if the shapes do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public final Tensor convTranspose2d(Tensor weight) {
    return convTranspose2d(weight, null, ConvOptions.of());
  }

  /**
   * A transposed convolution in 2 dimensions, which is the input gradient of the convolution of
   * these settings; this has shape [batch, channels, height, width] or the same without batch.
   *
   * @param weight of shape [channels, out / groups, kernel height, kernel width]
   * @param bias of shape [out]; null for none
   * @param options stride, padding, dilation and groups, and what is added to the size of the
   *     result
   * @throws ShapeException if shapes and options do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public final Tensor convTranspose2d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return new Tensor(
        Convolution.transposed(
            "conv_transpose2d",
            2,
            variable(),
            weight.variable(),
            variableOf(bias),
            options.settings()));
  }

  /**
   * A transposed convolution in 3 dimensions with stride 1, without padding or bias; this has shape
   * [batch, channels, depth, height, width].
   *
   * @param weight of shape [channels, out / groups, kernel depth, height, width]
   * @throws ShapeException if the shapes do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public final Tensor convTranspose3d(Tensor weight) {
    return convTranspose3d(weight, null, ConvOptions.of());
  }

  /**
   * A transposed convolution in 3 dimensions, which is the input gradient of the convolution of
   * these settings; this has shape [batch, channels, depth, height, width] or the same without
   * batch.
   *
   * @param weight of shape [channels, out / groups, kernel depth, height, width]
   * @param bias of shape [out]; null for none
   * @param options stride, padding, dilation and groups, and what is added to the size of the
   *     result
   * @throws ShapeException if shapes and options do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public final Tensor convTranspose3d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return new Tensor(
        Convolution.transposed(
            "conv_transpose3d",
            3,
            variable(),
            weight.variable(),
            variableOf(bias),
            options.settings()));
  }

  private static @Nullable Variable variableOf(@Nullable Tensor tensor) {
    return tensor == null ? null : tensor.variable();
  }
}
