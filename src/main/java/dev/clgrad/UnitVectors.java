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

  /** Those of elements from {@code begin} to before {@code end}, in a dimension in front. */
  Tensor between(long begin, long end) {
    long[] sizes = new long[shape.rank() + 1];
    sizes[0] = end - begin;
    System.arraycopy(shape.toArray(), 0, sizes, 1, shape.rank());
    Tensor rows = places.narrow(0, begin, end - begin).unsqueeze(1);
    return places.unsqueeze(0).eq(rows).to(dtype).reshape(sizes);
  }
}
