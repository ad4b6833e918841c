package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/** diagonal: the diagonals of matrices, a view; dx = zeros with dy on the diagonals. */
public final class Diagonal extends ViewOp {
  private static final Diagonal OP = new Diagonal();

  private Diagonal() {
    super("diagonal");
  }

  /**
   * The diagonals of the matrices that two dimensions of x span, as a new last dimension.
   *
   * @param offset how far above the main diagonal, or below it if negative
   * @throws ShapeException if a dimension does not exist or both are the same
   */
  public static Variable of(Variable x, long offset, int dim1, int dim2) {
    int a = x.shape().dim(OP.name(), dim1);
    int b = x.shape().dim(OP.name(), dim2);
    if (a == b) {
      throw new ShapeException(
          "diagonal: dimensions "
              + dim1
              + " and "
              + dim2
              + " of shape "
              + x.shape()
              + " are the same; name two");
    }
    Shape shape = x.shape();
    return OP.view(
        x,
        x.layout().diagonal(offset, a, b),
        dy -> Embed.of(dy, shape, "DiagonalBackward0Backward", v -> of(v, offset, a, b)));
  }
}
