package dev.clgrad.nn;

import dev.clgrad.ConvOptions;
import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;

/**
 * A convolution in one dimension: {@link Tensor#conv1d(Tensor, Tensor, ConvOptions)} with a weight
 * of shape [out, in / groups, kernel] and a bias of shape [out].
 *
 * <p>Both start uniform in ±1/√n with n = the second size of the weight times the kernel's, as
 * PyTorch's do, drawn from clgrad's generator, in float32 on the default device.
 */
public final class Conv1d extends Convolution {
  /**
   * A layer with a bias.
   *
   * @param in channels of the input
   * @param out channels of the result
   * @param kernelSize the length of the kernel
   * @throws ShapeException if a number is not positive
   */
  public Conv1d(long in, long out, long kernelSize) {
    this(in, out, kernelSize, ConvOptions.of());
  }

  /**
   * A layer with a bias.
   *
   * @param in channels of the input
   * @param out channels of the result
   * @param kernelSize the length of the kernel
   * @param options stride, padding, dilation and groups
   * @throws ShapeException if a number is not positive, or groups do not divide the channels
   */
  public Conv1d(long in, long out, long kernelSize, ConvOptions options) {
    this(in, out, kernelSize, options, true);
  }

  /**
   * A layer.
   *
   * @param in channels of the input
   * @param out channels of the result
   * @param kernelSize the length of the kernel
   * @param options stride, padding, dilation and groups
   * @param withBias whether something is added to the result
   * @throws ShapeException if a number is not positive, or groups do not divide the channels
   */
  public Conv1d(long in, long out, long kernelSize, ConvOptions options, boolean withBias) {
    super("Conv1d", new long[] {in, out}, false, new long[] {kernelSize}, options, withBias);
  }

  /**
   * Applies the layer.
   *
   * @param x of shape [batch, in, length] or the same without batch
   * @throws ShapeException if the shape does not fit
   * @throws dev.clgrad.DTypeException if x is not of the weight's dtype
   */
  @Override
  public Tensor forward(Tensor x) {
    return x.conv1d(weight(), bias(), options());
  }
}
