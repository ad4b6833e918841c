package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.tape.Variable;

/** cosine_similarity: y = a · b / (max(|a|, eps) max(|b|, eps)) along a dimension. */
public final class CosineSimilarity extends CompositeOp {
  private static final CosineSimilarity OP = new CosineSimilarity();

  private CosineSimilarity() {
    super("cosine_similarity");
  }

  /**
   * The cosines of the angles between vectors, broadcast.
   *
   * @param dim the dimension of the vectors; a negative one counts from the end
   * @param eps the least length that counts
   * @throws dev.clgrad.ShapeException if the shapes do not fit
   * @throws dev.clgrad.DTypeException if the dtypes do not fit
   */
  public static Variable of(Variable a, Variable b, int dim, double eps) {
    Losses.check(OP.name(), a, b);
    Shape shape = Losses.broadcast(OP.name(), a, b);
    int[] dims = Dims.of(OP.name(), shape, dim);
    Variable x = Expand.of(a, shape);
    Variable z = Expand.of(b, shape);
    return Div.of(
        Sum.of(Mul.of(x, z), dims, false), Mul.of(length(x, dims, eps), length(z, dims, eps)));
  }

  /** Clamped before the root, whose gradient at 0 is infinite. */
  private static Variable length(Variable x, int[] dims, double eps) {
    return Sqrt.of(ClampMin.of(Sum.of(Square.of(x), dims, false), eps * eps));
  }
}
