package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** transpose: two dimensions exchanged, a view; dx = dy with the same two exchanged. */
public final class Transpose extends ViewOp {
  private static final Transpose OP = new Transpose();

  private Transpose() {
    super("transpose");
  }

  /**
   * x with two dimensions exchanged; negative ones count from the end.
   *
   * @throws dev.clgrad.ShapeException if there is no such dimension
   */
  public static Variable of(Variable x, int dim0, int dim1) {
    int a = x.shape().dim(OP.name(), dim0);
    int b = x.shape().dim(OP.name(), dim1);
    return OP.view(x, x.layout().transpose(a, b), dy -> of(dy, a, b));
  }
}
