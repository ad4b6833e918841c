package dev.clgrad.op;

import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/** unsqueeze: with a new dimension of size 1, a view; dx = dy without it. */
public final class Unsqueeze extends ViewOp {
  private static final Unsqueeze OP = new Unsqueeze();

  private Unsqueeze() {
    super("unsqueeze");
  }

  /**
   * x with a new dimension of size 1 at a place; a negative one counts from the end of the result.
   *
   * @throws ShapeException if there is no such place
   */
  public static Variable of(Variable x, int dim) {
    int rank = x.rank() + 1;
    if (dim < -rank || dim >= rank) {
      throw new ShapeException(
          "unsqueeze: dimension "
              + dim
              + " is out of range for a new dimension of shape "
              + x.shape()
              + "; expected a value from "
              + -rank
              + " to "
              + (rank - 1));
    }
    int d = dim < 0 ? dim + rank : dim;
    return OP.view(x, x.layout().unsqueeze(d), dy -> Squeeze.of(dy, d));
  }
}
