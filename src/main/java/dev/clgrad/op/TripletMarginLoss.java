package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/**
 * triplet_margin_loss: y = max(0, margin + |a - p| - |a - n|) for an anchor a, a positive p and a
 * negative n.
 */
public final class TripletMarginLoss extends CompositeOp {
  private static final TripletMarginLoss OP = new TripletMarginLoss();

  private TripletMarginLoss() {
    super("triplet_margin_loss");
  }

  /**
   * The losses of triplets of vectors along the last dimension, broadcast.
   *
   * @param p which norm
   * @param eps what is added to every difference
   * @param swap whether |p - n| counts where it is smaller than |a - n|
   * @throws dev.clgrad.ShapeException if the shapes do not fit
   * @throws dev.clgrad.DTypeException if the dtypes do not fit
   */
  public static Variable of(
      Variable anchor,
      Variable positive,
      Variable negative,
      double margin,
      double p,
      double eps,
      boolean swap) {
    Losses.check(OP.name(), anchor, positive, negative);
    Variable near = PairwiseDistance.of(anchor, positive, p, eps, false);
    Variable far = PairwiseDistance.of(anchor, negative, p, eps, false);
    if (swap) {
      far = Minimum.of(far, PairwiseDistance.of(positive, negative, p, eps, false));
    }
    return ClampMin.of(Add.of(Sub.of(near, far), margin), 0);
  }
}
