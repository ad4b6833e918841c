package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.tape.Variable;

/** addcmul: y = x + s a b for a Java scalar s. */
public final class Addcmul extends CompositeOp {
  private static final Addcmul OP = new Addcmul();

  private Addcmul() {
    super("addcmul");
  }

  /**
   * x + s a b, all broadcast.
   *
   * @throws dev.clgrad.ShapeException if they do not broadcast
   * @throws dev.clgrad.DTypeException if integers are scaled by a fraction
   */
  public static Variable of(Variable x, Variable a, Variable b, Number s) {
    check(OP.name(), x, a, b);
    return Scaled.isOne(s) ? Add.of(x, Mul.of(a, b)) : Add.of(x, Mul.of(a, b), s);
  }

  static void check(String op, Variable x, Variable a, Variable b) {
    Shape.broadcast(op, x.shape(), Shape.broadcast(op, a.shape(), b.shape()));
  }
}
