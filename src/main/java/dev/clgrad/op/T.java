package dev.clgrad.op;

import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/** t: the transpose of a matrix, a view; a vector or scalar stays as it is. dx = dyᵀ. */
public final class T extends ViewOp {
  private static final T OP = new T();

  private T() {
    super("t");
  }

  /**
   * The transpose of a matrix.
   *
   * @throws ShapeException if x has more than two dimensions
   */
  public static Variable of(Variable x) {
    if (x.rank() > 2) {
      throw new ShapeException(
          "t: shape "
              + x.shape()
              + " has more than two dimensions; name the two to exchange with transpose(dim0, dim1)");
    }
    return OP.view(x, x.rank() < 2 ? x.layout() : x.layout().transpose(0, 1), dy -> of(dy));
  }
}
