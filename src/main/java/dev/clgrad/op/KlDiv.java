package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/**
 * kl_div: y = t (ln t - x) for a target t, 0 where it is 0; e^t (t - x) for the logarithm of one.
 */
public final class KlDiv extends CompositeOp {
  private static final KlDiv OP = new KlDiv();

  private KlDiv() {
    super("kl_div");
  }

  /**
   * The terms of the divergence of log-probabilities from targets, broadcast.
   *
   * @param logTarget whether the targets are logarithms too
   * @throws dev.clgrad.ShapeException if the shapes do not fit
   * @throws dev.clgrad.DTypeException if the dtypes do not fit
   */
  public static Variable of(Variable x, Variable target, boolean logTarget) {
    Losses.check(OP.name(), x, target);
    Variable dear = logTarget ? Exp.of(target) : Xlogy.of(target, target);
    Variable y = logTarget ? Mul.of(dear, Sub.of(target, x)) : Sub.of(dear, Mul.of(target, x));
    Losses.release(dear);
    return y;
  }
}
