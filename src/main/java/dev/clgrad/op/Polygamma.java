package dev.clgrad.op;

import dev.clgrad.ClgradException;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** polygamma: y = the derivative of digamma of order n; dx = dy polygamma(n + 1, x). */
public final class Polygamma extends ParameterOp {
  private static final Polygamma OP = new Polygamma();

  /** The factorial of a larger order is beyond every double. */
  private static final int MAX_ORDER = 170;

  private Polygamma() {
    super("polygamma", Saves.INPUT, 2);
  }

  /**
   * The derivative of digamma of an order, element by element; digamma itself for order 0.
   *
   * @throws ClgradException if the order is not from 0 to 170
   */
  public static Variable of(int order, Variable x) {
    if (order < 0 || order > MAX_ORDER) {
      throw new ClgradException(
          "polygamma: the order must be from 0 to " + MAX_ORDER + ", not " + order);
    }
    if (order == 0) {
      return Digamma.of(x);
    }
    double factor = -1;
    for (int k = 1; k <= order; k++) {
      factor *= -k;
    }
    return OP.apply(x, order + 1, factor);
  }

  @Override
  int cost() {
    return 64;
  }

  @Override
  boolean hasBackwardKernel() {
    return false;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] p, float[] y, int n) {
    lanes.polygamma((int) p[0] - 1, x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] p, double[] y, int n) {
    lanes.polygamma((int) p[0] - 1, x, y, n);
  }

  @Override
  Variable gradient(Variable dy, Variable x, Number... p) {
    return Mul.of(dy, of(p[0].intValue(), x));
  }
}
