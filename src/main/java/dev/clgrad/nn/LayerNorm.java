package dev.clgrad.nn;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Layer normalization: {@code (x - mean) / √(variance + eps) · weight + bias}, with mean and
 * variance over the last dimensions of each input.
 *
 * <p>The weight starts as ones and the bias as zeros, both of the normalized shape, in float32 on
 * the default device.
 */
public final class LayerNorm extends Module {
  private static final double EPS = 1e-5;

  private final Shape normalizedShape;
  private final double eps;
  private final @Nullable Tensor weight;
  private final @Nullable Tensor bias;

  /**
   * A layer with weight and bias, and with 1e-5 added to the variance.
   *
   * @param normalizedShape the sizes of the last dimensions, which are normalized together
   * @throws ShapeException if none is given
   */
  public LayerNorm(long... normalizedShape) {
    this(Shape.of(normalizedShape), EPS, true, true);
  }

  /**
   * A layer.
   *
   * @param normalizedShape the sizes of the last dimensions, which are normalized together
   * @param eps what is added to the variance
   * @param elementwiseAffine whether the result is multiplied by a weight
   * @param withBias whether a bias is added too; of no effect where there is no weight
   * @throws ShapeException if the normalized shape has no dimension
   */
  public LayerNorm(Shape normalizedShape, double eps, boolean elementwiseAffine, boolean withBias) {
    if (normalizedShape.rank() == 0) {
      throw new ShapeException(
          "LayerNorm: the normalized shape is empty; expected the sizes of at least one of the"
              + " input's last dimensions");
    }
    this.normalizedShape = normalizedShape;
    this.eps = eps;
    long[] sizes = normalizedShape.toArray();
    this.weight = elementwiseAffine ? parameter("weight", Tensor.ones(sizes)) : null;
    this.bias = elementwiseAffine && withBias ? parameter("bias", Tensor.zeros(sizes)) : null;
  }

  /**
   * Applies the layer.
   *
   * @param x of a shape that ends in the normalized one
   * @return of the same shape
   * @throws ShapeException if it does not
   * @throws dev.clgrad.DTypeException if x is not of the weight's dtype
   */
  @Override
  public Tensor forward(Tensor x) {
    return x.layerNorm(normalizedShape, weight, bias, eps);
  }

  /** The weight, of the normalized shape; null for a layer without. */
  public @Nullable Tensor weight() {
    return weight;
  }

  /** The bias, of the normalized shape; null for a layer without. */
  public @Nullable Tensor bias() {
    return bias;
  }

  @Override
  protected String describe() {
    return "LayerNorm("
        + normalizedShape
        + ", eps="
        + eps
        + (weight == null ? ", no weight" : "")
        + (bias == null ? ", no bias)" : ")");
  }
}
