package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** hinge_embedding_loss: y = x where the target is 1, max(0, margin - x) where it is -1. */
public final class HingeEmbeddingLoss extends CompositeOp {
  private static final HingeEmbeddingLoss OP = new HingeEmbeddingLoss();

  private HingeEmbeddingLoss() {
    super("hinge_embedding_loss");
  }

  /**
   * The losses of distances and targets of 1 or -1, broadcast.
   *
   * @throws dev.clgrad.ShapeException if the shapes do not fit
   * @throws dev.clgrad.DTypeException if the dtypes do not fit
   */
  public static Variable of(Variable x, Variable target, double margin) {
    Losses.check(OP.name(), x, target);
    Variable apart = Where.of(Ne.of(target, 1), ClampMin.of(Rsub.of(x, margin), 0), 0);
    return Add.of(apart, Where.of(Ne.of(target, -1), x, 0));
  }
}
