package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.tape.Variable;

/** addcdiv: y = x + s a / b for a Java scalar s. */
public final class Addcdiv extends CompositeOp {
  private static final Addcdiv OP = new Addcdiv();

  private Addcdiv() {
    super("addcdiv");
  }

  /**
   * x + s a / b, all broadcast.
   *
   * @throws dev.clgrad.ShapeException if they do not broadcast
   * @throws DTypeException if a and b are integers
   */
  public static Variable of(Variable x, Variable a, Variable b, Number s) {
    Addcmul.check(OP.name(), x, a, b);
    if (!Pointwise.promoted(a, b).isFloating()) {
      throw new DTypeException(
          "addcdiv: the quotient of "
              + a.dtype()
              + " and "
              + b.dtype()
              + " could be rounded or not; convert one with to(DType.FLOAT32), or use div with a"
              + " rounding mode");
    }
    return Scaled.isOne(s) ? Add.of(x, Div.of(a, b)) : Add.of(x, Div.of(a, b), s);
  }
}
