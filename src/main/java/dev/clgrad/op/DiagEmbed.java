package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** diag_embed: matrices of zeros with x on a diagonal; dx = that diagonal of dy, a view. */
public final class DiagEmbed extends CompositeOp {
  private static final DiagEmbed OP = new DiagEmbed();

  private DiagEmbed() {
    super("diag_embed");
  }

  /**
   * Square matrices in two dimensions of the result, whose diagonals are the last dimension of x.
   *
   * @param offset how far above the main diagonal, or below it if negative
   * @throws ShapeException if x is a scalar, a dimension does not exist or both are the same
   */
  public static Variable of(Variable x, long offset, int dim1, int dim2) {
    Slice.requireDimension(OP.name(), x);
    int rank = x.rank() + 1;
    Shape any = Shape.of(new long[rank]);
    int a = any.dim(OP.name(), dim1);
    int b = any.dim(OP.name(), dim2);
    if (a == b) {
      throw new ShapeException(
          "diag_embed: dimensions "
              + dim1
              + " and "
              + dim2
              + " of the result of shape "
              + x.shape()
              + " with one dimension more are the same; name two");
    }
    long side = x.shape().size(-1) + Math.abs(offset);
    long[] sizes = new long[rank];
    Arrays.setAll(sizes, d -> d == a || d == b ? side : x.shape().size(before(d, a, b)));
    return Embed.of(x, Shape.of(sizes), OP.nodeName(), v -> Diagonal.of(v, offset, a, b));
  }

  /** Which dimension of x a dimension of the result is, that neither a nor b is. */
  private static int before(int d, int a, int b) {
    return d - (a < d ? 1 : 0) - (b < d ? 1 : 0);
  }
}
