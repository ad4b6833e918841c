package dev.clgrad.op;

import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/** outer: the products of each element of one vector with each of another. */
public final class Outer extends CompositeOp {
  private static final Outer OP = new Outer();

  private Outer() {
    super("outer");
  }

  /**
   * The matrix of the products a[i] b[j].
   *
   * @throws ShapeException if one is no vector
   */
  public static Variable of(Variable a, Variable b) {
    if (a.rank() != 1 || b.rank() != 1) {
      throw new ShapeException(
          OP.name()
              + ": shapes "
              + a.shape()
              + " and "
              + b.shape()
              + " are not both of one dimension; flatten them");
    }
    return Mul.of(Unsqueeze.of(a, 1), Unsqueeze.of(b, 0));
  }
}
