package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** logical_and: y = whether of a and b both are not 0. No gradient. */
public final class LogicalAnd extends LogicalOp {
  private static final LogicalAnd OP = new LogicalAnd();

  private LogicalAnd() {
    super("logical_and", 0b1000);
  }

  /** Whether of a and b, broadcast, both are not 0. */
  public static Variable of(Variable a, Variable b) {
    return OP.connect(a, b);
  }
}
