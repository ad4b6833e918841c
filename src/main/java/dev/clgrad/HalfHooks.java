package dev.clgrad;

/** Saved floating-point tensors as float16. */
final class HalfHooks implements SavedTensorHooks<HalfHooks.Half> {
  /**
   * A tensor in fewer bits.
   *
   * @param dtype what it was
   */
  record Half(Tensor tensor, DType dtype) {}

  @Override
  public Half pack(Tensor saved) {
    boolean wide = saved.dtype() == DType.FLOAT32 || saved.dtype() == DType.FLOAT64;
    return new Half(wide ? saved.to(DType.FLOAT16) : saved, saved.dtype());
  }

  @Override
  public Tensor unpack(Half packed) {
    return packed.tensor.to(packed.dtype);
  }
}
