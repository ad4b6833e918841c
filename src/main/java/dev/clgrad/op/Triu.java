package dev.clgrad.op;

import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/** triu: the upper triangles of matrices, and 0 elsewhere; dx = the same of dy. */
public final class Triu extends Triangle {
  private static final Triu OP = new Triu();

  private Triu() {
    super("triu");
  }

  /**
   * The elements on a diagonal and above it, of the matrices in the last two dimensions.
   *
   * @param diagonal how far above the main diagonal, or below it if negative
   * @throws ShapeException if x has fewer than two dimensions
   */
  public static Variable of(Variable x, long diagonal) {
    return OP.apply(x, diagonal);
  }

  @Override
  boolean keeps(long row, long column, long diagonal) {
    return column - row >= diagonal;
  }
}
