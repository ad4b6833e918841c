package dev.clgrad.op;

import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/** tril: the lower triangles of matrices, and 0 elsewhere; dx = the same of dy. */
public final class Tril extends Triangle {
  private static final Tril OP = new Tril();

  private Tril() {
    super("tril");
  }

  /**
   * The elements on a diagonal and below it, of the matrices in the last two dimensions.
   *
   * @param diagonal how far above the main diagonal, or below it if negative
   * @throws ShapeException if x has fewer than two dimensions
   */
  public static Variable of(Variable x, long diagonal) {
    return OP.apply(x, diagonal);
  }

  @Override
  boolean keeps(long row, long column, long diagonal) {
    return column - row <= diagonal;
  }
}
