package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/** masked_fill: y = a value where a mask holds, else x; of the dtype of x. */
public final class MaskedFill extends CompositeOp {
  private static final MaskedFill OP = new MaskedFill();

  private MaskedFill() {
    super("masked_fill");
  }

  /**
   * x with a Java scalar where the mask holds, broadcast.
   *
   * @throws DTypeException if the mask is not bool, or a fraction would be stored in integers
   * @throws ShapeException if the mask does not broadcast with x
   */
  public static Variable of(Variable x, Variable mask, Number value) {
    check(x, mask);
    if (x.dtype().isInteger()) {
      DType given = x.dtype().promoteScalar(Pointwise.isFloating(value));
      Pointwise.checkStorable(OP.name(), x.dtype(), given);
    }
    return Where.of(mask, Fill.of(x.scheduler(), x.dtype(), Shape.SCALAR, value), x);
  }

  /**
   * x with a value of no dimensions where the mask holds, broadcast.
   *
   * @throws DTypeException if the mask is not bool, or the value's kind is wider than that of x
   * @throws ShapeException if the mask does not broadcast with x, or the value has dimensions
   */
  public static Variable of(Variable x, Variable mask, Variable value) {
    check(x, mask);
    if (value.rank() != 0) {
      throw new ShapeException(
          "masked_fill: the value is of shape "
              + value.shape()
              + " and must be a single number, of no dimensions; use where for several");
    }
    Pointwise.checkStorable(OP.name(), x.dtype(), value.dtype());
    return Where.of(mask, Cast.to(value, x.dtype()), x);
  }

  private static void check(Variable x, Variable mask) {
    if (mask.dtype() != DType.BOOL) {
      throw new DTypeException(
          "masked_fill: the mask is of "
              + mask.dtype()
              + " and must be of bool; compare it, as in ne(0), or convert it with"
              + " to(DType.BOOL)");
    }
    Shape.broadcast(OP.name(), x.shape(), mask.shape());
  }
}
