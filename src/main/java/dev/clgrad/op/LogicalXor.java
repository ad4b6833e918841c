package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** logical_xor: y = whether of a and b exactly one is not 0. No gradient. */
public final class LogicalXor extends LogicalOp {
  private static final LogicalXor OP = new LogicalXor();

  private LogicalXor() {
    super("logical_xor", 0b0110);
  }

  /** Whether of a and b, broadcast, exactly one is not 0. */
  public static Variable of(Variable a, Variable b) {
    return OP.connect(a, b);
  }
}
