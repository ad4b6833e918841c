package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** lgamma: y = ln |Γ(x)|; dx = dy digamma(x). */
public final class Lgamma extends UnaryOp {
  private static final Lgamma OP = new Lgamma();

  private Lgamma() {
    super("lgamma", Saves.INPUT, false);
  }

  /** The logarithm of |Γ(x)|, element by element; +inf at 0 and the negative integers. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 16;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.lgamma(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.lgamma(x, y, n);
  }

  @Override
  boolean hasBackwardKernel() {
    return false;
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Mul.of(dy, Digamma.of(x));
  }
}
