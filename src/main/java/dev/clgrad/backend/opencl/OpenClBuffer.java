package dev.clgrad.backend.opencl;

import dev.clgrad.DType;
import dev.clgrad.backend.Buffer;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_mem;

/** A buffer of an OpenCL device. */
final class OpenClBuffer extends Buffer {
  /** Bytes of a buffer argument of a kernel. */
  static final long ARGUMENT_BYTES = Sizeof.cl_mem;

  private final OpenClBackend owner;
  private final cl_mem memory;
  private final Pointer argument;
  private boolean freed;

  OpenClBuffer(OpenClBackend owner, DType dtype, long length, cl_mem memory) {
    super(dtype, length);
    this.owner = owner;
    this.memory = memory;
    this.argument = Pointer.to(memory);
  }

  OpenClBackend owner() {
    return owner;
  }

  cl_mem memory() {
    return memory;
  }

  /** Points to the handle, as a kernel's argument wants it. */
  Pointer argument() {
    return argument;
  }

  boolean freed() {
    return freed;
  }

  void markFreed() {
    freed = true;
  }
}
