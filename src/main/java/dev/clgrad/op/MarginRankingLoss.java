package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** margin_ranking_loss: y = max(0, margin - t (a - b)); at 0 the gradient passes. */
public final class MarginRankingLoss extends CompositeOp {
  private static final MarginRankingLoss OP = new MarginRankingLoss();

  private MarginRankingLoss() {
    super("margin_ranking_loss");
  }

  /**
   * The losses of two rankings, the target being 1 where a should be higher, -1 where b, broadcast.
   *
   * @throws dev.clgrad.ShapeException if the shapes do not fit
   * @throws dev.clgrad.DTypeException if the dtypes do not fit
   */
  public static Variable of(Variable a, Variable b, Variable target, double margin) {
    Losses.check(OP.name(), a, b, target);
    return ClampMin.of(Rsub.of(Mul.of(target, Sub.of(a, b)), margin), 0);
  }
}
