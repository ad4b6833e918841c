package dev.clgrad.op;

import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.tape.Variable;

/** What divisions check of their operands. */
final class Divisors {
  private Divisors() {}

  /** The type of a division that keeps integers, which refuses bool. */
  static DType number(String op, DType promoted) {
    if (promoted == DType.BOOL) {
      throw new DTypeException(op + ": bool is not a number; convert with to(DType)");
    }
    return promoted;
  }

  /**
   * Flags an integer 0 among the divisors; a floating-point one gives infinity or NaN. What else
   * can be wrong is looked at before.
   */
  static void check(String op, Variable a, Variable b) {
    Shape.broadcast(op, a.shape(), b.shape());
    if (!number(op, Pointwise.promoted(a, b)).isFloating()) {
      ValueCheck.nonzero(op, b);
    }
  }

  /** Refuses to divide integers by 0. */
  static void check(String op, Variable a, Number b) {
    if (!a.dtype().promoteScalar(Pointwise.isFloating(b)).isFloating() && b.longValue() == 0) {
      throw new ClgradException(
          op
              + ": a tensor of "
              + a.dtype()
              + " and shape "
              + a.shape()
              + " cannot be divided by 0; convert it with to(DType.FLOAT32) for infinity or NaN");
    }
  }
}
