package dev.clgrad.op;

import org.jspecify.annotations.Nullable;

/** An operation that only looks at the same memory in another way. */
public abstract class ViewOp extends Op {
  /** A view operation of this name. */
  protected ViewOp(String name) {
    super(name);
  }

  @Override
  public final @Nullable String kernelFile() {
    return null;
  }
}
