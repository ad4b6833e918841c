package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** pairwise_distance: y = |a - b + eps| along the last dimension, in the p-norm. */
public final class PairwiseDistance extends CompositeOp {
  private static final PairwiseDistance OP = new PairwiseDistance();

  private PairwiseDistance() {
    super("pairwise_distance");
  }

  /**
   * The distances between vectors along the last dimension, broadcast.
   *
   * @param eps what is added to every difference
   * @throws dev.clgrad.ShapeException if the shapes do not fit
   * @throws dev.clgrad.DTypeException if the dtypes do not fit
   */
  public static Variable of(Variable a, Variable b, double p, double eps, boolean keepdim) {
    Losses.check(OP.name(), a, b);
    return Norm.of(Add.of(Sub.of(a, b), eps), p, new int[] {-1}, keepdim);
  }
}
