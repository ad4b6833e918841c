package dev.clgrad;

import dev.clgrad.op.Dropout;
import dev.clgrad.op.LayerNorm;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/** What layers of neural networks compute beside products and activations. */
abstract class TensorLayers extends TensorPooling {
  /** PyTorch's default of what is added to a variance. */
  private static final double EPS = 1e-5;

  TensorLayers(Variable variable) {
    super(variable);
  }

  /**
   * This with each element set to 0 with probability p and divided by 1 - p otherwise, as a layer
   * does in training. What is drawn depends on the seed, on the random numbers drawn before by this
   * process, and on the element's place, whatever the device.
   *
   * @return this itself if p is 0 or there are no elements
   * @throws ClgradException if p is not from 0 to 1
   * @throws DTypeException for integers and bool
   */
  public final Tensor dropout(double p) {
    Variable y = Dropout.of(variable(), p);
    return y == variable() ? self() : new Tensor(y);
  }

  /**
   * The layer norm without weight and bias, and with 1e-5 added to the variance.
   *
   * @param normalizedShape the sizes of the last dimensions, which are normalized together
   * @throws ShapeException if this tensor's shape does not end in these sizes, or none is given
   * @throws DTypeException for integers and bool
   */
  public final Tensor layerNorm(long... normalizedShape) {
    return layerNorm(Shape.of(normalizedShape), null, null, EPS);
  }

  /** The layer norm with 1e-5 added to the variance. */
  public final Tensor layerNorm(
      Shape normalizedShape, @Nullable Tensor weight, @Nullable Tensor bias) {
    return layerNorm(normalizedShape, weight, bias, EPS);
  }

  /**
   * The layer norm: {@code (x - mean) / √(variance + eps) · weight + bias}, with mean and (biased)
   * variance over the last dimensions.
   *
   * @param normalizedShape the sizes of the last dimensions, which are normalized together
   * @param weight of that shape and this tensor's dtype; null for ones
   * @param bias of that shape and this tensor's dtype; null for zeros
   * @param eps what is added to the variance
   * @throws ShapeException if this tensor's shape does not end in {@code normalizedShape}, that has
   *     no dimension, or weight or bias has another shape
   * @throws DTypeException for integers and bool, and if weight or bias is of another dtype
   */
  public final Tensor layerNorm(
      Shape normalizedShape, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    return new Tensor(
        LayerNorm.of(
            variable(),
            normalizedShape,
            weight == null ? null : weight.variable(),
            bias == null ? null : bias.variable(),
            eps));
  }
}
