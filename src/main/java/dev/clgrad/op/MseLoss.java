package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** mse_loss: y = (x - t)², element by element. */
public final class MseLoss extends CompositeOp {
  private static final MseLoss OP = new MseLoss();

  private MseLoss() {
    super("mse_loss");
  }

  /**
   * The squared differences from targets, broadcast.
   *
   * @throws dev.clgrad.ShapeException if the shapes do not fit
   * @throws dev.clgrad.DTypeException if the dtypes do not fit
   */
  public static Variable of(Variable x, Variable target) {
    Losses.check(OP.name(), x, target);
    return Square.of(Sub.of(x, target));
  }
}
