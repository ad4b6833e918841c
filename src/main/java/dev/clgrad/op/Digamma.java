package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** digamma: y = Γ'(x) / Γ(x); dx = dy polygamma(1, x). */
public final class Digamma extends UnaryOp {
  private static final Digamma OP = new Digamma();

  private Digamma() {
    super("digamma", Saves.INPUT, false);
  }

  /** The derivative of ln Γ(x), element by element; ∓inf at ±0, NaN at the negative integers. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 32;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.digamma(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.digamma(x, y, n);
  }

  @Override
  boolean hasBackwardKernel() {
    return false;
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Mul.of(dy, Polygamma.of(1, x));
  }
}
