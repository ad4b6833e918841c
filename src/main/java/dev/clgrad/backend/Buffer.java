package dev.clgrad.backend;

import dev.clgrad.DType;

/** Memory of one device for {@code length} elements of one dtype. */
public abstract class Buffer {
  private final DType dtype;
  private final long length;

  /** A buffer of this many elements. */
  protected Buffer(DType dtype, long length) {
    this.dtype = dtype;
    this.length = length;
  }

  /** The element type. */
  public final DType dtype() {
    return dtype;
  }

  /** The number of elements. */
  public final long length() {
    return length;
  }

  /** The size in bytes. */
  public final long bytes() {
    return length * dtype.bytes();
  }
}
