package dev.clgrad.nn;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Root-mean-square normalization: {@code x / √(mean x² + eps) · weight}, with the mean over the
 * last dimensions of each input.
 *
 * <p>The weight starts as ones of the normalized shape, in float32 on the default device.
 */
public final class RmsNorm extends Module {
  private final Shape normalizedShape;
  private final @Nullable Double eps;
  private final @Nullable Tensor weight;

  /**
   * A layer with a weight, and with the dtype's own eps.
   *
   * @param normalizedShape the sizes of the last dimensions, which are normalized together
   * @throws ShapeException if none is given
   */
  public RmsNorm(long... normalizedShape) {
    this(Shape.of(normalizedShape), null, true);
  }

  /**
   * A layer.
   *
   * @param normalizedShape the sizes of the last dimensions, which are normalized together
   * @param eps what is added to the mean of the squares; null for the dtype's own
   * @param elementwiseAffine whether the result is multiplied by a weight
   * @throws ShapeException if the normalized shape has no dimension
   */
  public RmsNorm(Shape normalizedShape, @Nullable Double eps, boolean elementwiseAffine) {
    if (normalizedShape.rank() == 0) {
      throw new ShapeException(
          "RmsNorm: the normalized shape is empty; expected the sizes of at least one of the"
              + " input's last dimensions");
    }
    this.normalizedShape = normalizedShape;
    this.eps = eps;
    this.weight =
        elementwiseAffine ? parameter("weight", Tensor.ones(normalizedShape.toArray())) : null;
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
    return eps == null
        ? x.rmsNorm(normalizedShape, weight)
        : x.rmsNorm(normalizedShape, weight, eps);
  }

  /** The weight, of the normalized shape; null for a layer without. */
  public @Nullable Tensor weight() {
    return weight;
  }

  @Override
  protected String describe() {
    return "RmsNorm("
        + normalizedShape
        + (eps == null ? "" : ", eps=" + eps)
        + (weight == null ? ", no weight)" : ")");
  }
}
