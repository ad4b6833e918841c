package dev.clgrad.op;

import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/**
 * cosine_embedding_loss: y = 1 - cos(a, b) where the target is 1, max(0, cos(a, b) - margin) where
 * it is -1.
 */
public final class CosineEmbeddingLoss extends CompositeOp {
  private static final CosineEmbeddingLoss OP = new CosineEmbeddingLoss();

  private CosineEmbeddingLoss() {
    super("cosine_embedding_loss");
  }

  /** What keeps vectors of length 0 from a division by 0. */
  private static final double TINY = 1e-12;

  /**
   * The losses of vectors along the last dimension.
   *
   * @param target 1 or -1 for each pair of vectors
   * @throws dev.clgrad.ShapeException if the shapes do not fit
   * @throws dev.clgrad.DTypeException if the dtypes do not fit
   */
  public static Variable of(Variable a, Variable b, Variable target, double margin) {
    Losses.check(OP.name(), a, b);
    int dim = Losses.broadcast(OP.name(), a, b).rank() - 1;
    if (dim != target.rank()) {
      throw new ShapeException(
          "cosine_embedding_loss: a target of shape "
              + target.shape()
              + " does not fit vectors of shapes "
              + a.shape()
              + " and "
              + b.shape()
              + "; expected one dimension less, a number for each pair of vectors");
    }
    int[] dims = {dim};
    Variable product = Sum.of(Mul.of(a, b), dims, false);
    Variable lengths = Sqrt.of(Mul.of(squares(a), squares(b)));
    Losses.broadcast(OP.name(), product, target);
    Variable cosine = Div.of(product, lengths);
    Variable apart = Where.of(Eq.of(target, -1), ClampMin.of(Sub.of(cosine, margin), 0), 0);
    return Add.of(apart, Where.of(Eq.of(target, 1), Rsub.of(cosine, 1), 0));
  }

  private static Variable squares(Variable x) {
    return Add.of(Sum.of(Square.of(x), new int[] {-1}, false), TINY);
  }
}
