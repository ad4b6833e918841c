package dev.clgrad.op;

import org.jspecify.annotations.Nullable;

/** An operation made of other operations, which bring its gradient. */
public abstract class CompositeOp extends Op {
  /** A composite operation of this name. */
  protected CompositeOp(String name) {
    super(name);
  }

  @Override
  public final @Nullable String kernelFile() {
    return null;
  }
}
