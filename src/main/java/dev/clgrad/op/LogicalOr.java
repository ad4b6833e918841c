package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** logical_or: y = whether of a and b at least one is not 0. No gradient. */
public final class LogicalOr extends LogicalOp {
  private static final LogicalOr OP = new LogicalOr();

  private LogicalOr() {
    super("logical_or", 0b1110);
  }

  /** Whether of a and b, broadcast, at least one is not 0. */
  public static Variable of(Variable a, Variable b) {
    return OP.connect(a, b);
  }
}
