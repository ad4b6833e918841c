package dev.clgrad.op;

import dev.clgrad.ClgradException;
import dev.clgrad.tape.Variable;

/**
 * smooth_l1_loss: y = d² / (2 beta) up to d = beta, then d - beta / 2, for d = |x - t|: huber_loss
 * over beta.
 */
public final class SmoothL1Loss extends CompositeOp {
  private static final SmoothL1Loss OP = new SmoothL1Loss();

  private SmoothL1Loss() {
    super("smooth_l1_loss");
  }

  /**
   * The losses of differences from targets, broadcast.
   *
   * @param beta where the square ends; with 0 it is l1_loss
   * @throws dev.clgrad.ShapeException if the shapes do not fit
   * @throws dev.clgrad.DTypeException if the dtypes do not fit
   * @throws ClgradException if beta is negative
   */
  public static Variable of(Variable x, Variable target, double beta) {
    Losses.check(OP.name(), x, target);
    if (!(beta >= 0)) {
      throw new ClgradException("smooth_l1_loss: beta must be at least 0, not " + beta);
    }
    Variable apart = Sub.of(x, target);
    if (beta == 0) {
      return Abs.of(apart);
    }
    Variable c = ClampMax.of(ClampMin.of(apart, -beta), beta);
    return Mul.of(Div.of(c, beta), Sub.of(apart, c, 0.5));
  }
}
