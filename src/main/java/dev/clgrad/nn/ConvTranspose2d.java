package dev.clgrad.nn;

import dev.clgrad.ConvOptions;
import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;

/**
 * A transposed convolution in two dimensions: {@link Tensor#convTranspose2d(Tensor, Tensor,
 * ConvOptions)} with a weight of shape [in, out / groups, kernel height, kernel width] and a bias
 * of shape [out].
 *
 * <p>Both start uniform in ±1/√n with n = the second size of the weight times the kernel's, as
 * PyTorch's do, drawn from clgrad's generator, in float32 on the default device.
 */
public final class ConvTranspose2d extends Convolution {
  /**
   * A layer with a bias.
   *
   * @param in channels of the input
   * @param out channels of the result
   * @param kernelSize in each dimension
   * @throws ShapeException if a number is not positive
   */
  public ConvTranspose2d(long in, long out, long kernelSize) {
    this(in, out, kernelSize, ConvOptions.of());
  }

  /**
   * A layer with a bias.
   *
   * @param in channels of the input
   * @param out channels of the result
   * @param kernelSize in each dimension
   * @param options stride, padding, dilation and groups, and what is added to the size of the
   *     result
   * @throws ShapeException if a number is not positive, or groups do not divide the channels
   */
  public ConvTranspose2d(long in, long out, long kernelSize, ConvOptions options) {
    this(in, out, all(kernelSize, 2), options, true);
  }

  /**
   * A layer.
   *
   * @param in channels of the input
   * @param out channels of the result
   * @param kernelSize height and width of the kernel
   * @param options stride, padding, dilation and groups, and what is added to the size of the
   *     result
   * @param withBias whether something is added to the result
   * @throws ShapeException if a number is not positive, or groups do not divide the channels
   */
  public ConvTranspose2d(
      long in, long out, long[] kernelSize, ConvOptions options, boolean withBias) {
    super("ConvTranspose2d", new long[] {in, out}, true, kernelSize, options, withBias);
  }

  /**
   * Applies the layer.
   *
   * @param x of shape [batch, in, height, width] or the same without batch
   * @throws ShapeException if the shape does not fit
   * @throws dev.clgrad.DTypeException if x is not of the weight's dtype
   */
  @Override
  public Tensor forward(Tensor x) {
    return x.convTranspose2d(weight(), bias(), options());
  }
}
