package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** l1_loss: y = |x - t|, element by element; the gradient at 0 is 0. */
public final class L1Loss extends CompositeOp {
  private static final L1Loss OP = new L1Loss();

  private L1Loss() {
    super("l1_loss");
  }

  /**
   * The absolute differences from targets, broadcast.
   *
   * @throws dev.clgrad.ShapeException if the shapes do not fit
   * @throws dev.clgrad.DTypeException if the dtypes do not fit
   */
  public static Variable of(Variable x, Variable target) {
    Losses.check(OP.name(), x, target);
    return Abs.of(Sub.of(x, target));
  }
}
