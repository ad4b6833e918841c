package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.tape.Variable;

/** bitwise_not: y = the bits that x has not; of bools, whether it does not hold. No gradient. */
public final class BitwiseNot extends CompositeOp {
  private BitwiseNot() {
    super("bitwise_not");
  }

  /**
   * The bits that x has not.
   *
   * @throws dev.clgrad.DTypeException if x is of a floating-point type
   */
  public static Variable of(Variable x) {
    return x.dtype() == DType.BOOL ? Eq.of(x, 0) : BitwiseXor.of(x, -1);
  }
}
