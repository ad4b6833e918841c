package dev.clgrad;

/** Upstream gradients that pick one element of a tensor: 1 there, 0 elsewhere. */
final class UnitVectors {
  private final Tensor places;
  private final DType dtype;
  private final Shape shape;

  /** Those of the shape, dtype and device of a tensor. */
  UnitVectors(Tensor like) {
    this.places = Tensor.arange(0, like.numel(), 1, DType.INT64, like.device());
    this.dtype = like.dtype();
    this.shape = like.shape();
  }

  /** The one that picks an element, counted in row-major order. */
  Tensor at(long element) {
    return places.eq(element).to(dtype).reshape(shape.toArray());
  }
}
