package dev.clgrad.op;

import dev.clgrad.ClgradException;
import dev.clgrad.tape.Variable;

/**
 * huber_loss: y = d² / 2 up to d = delta, then delta (d - delta / 2), for d = |x - t|. With c = x -
 * t clamped to ±delta both are c (x - t - c / 2).
 */
public final class HuberLoss extends CompositeOp {
  private static final HuberLoss OP = new HuberLoss();

  private HuberLoss() {
    super("huber_loss");
  }

  /**
   * The losses of differences from targets, broadcast.
   *
   * @param delta where the square ends, above 0
   * @throws dev.clgrad.ShapeException if the shapes do not fit
   * @throws dev.clgrad.DTypeException if the dtypes do not fit
   * @throws ClgradException if delta is not above 0
   */
  public static Variable of(Variable x, Variable target, double delta) {
    Losses.check(OP.name(), x, target);
    if (!(delta > 0)) {
      throw new ClgradException("huber_loss: delta must be above 0, not " + delta);
    }
    Variable apart = Sub.of(x, target);
    Variable c = ClampMax.of(ClampMin.of(apart, -delta), delta);
    return Mul.of(c, Sub.of(apart, c, 0.5));
  }
}
