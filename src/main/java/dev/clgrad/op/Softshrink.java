package dev.clgrad.op;

import dev.clgrad.ClgradException;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * softshrink: y = x - lambd where x &gt; lambd, x + lambd where x &lt; -lambd, else 0; dx = dy, or
 * 0 in between.
 */
public final class Softshrink extends ParameterOp {
  private static final Softshrink OP = new Softshrink();

  private Softshrink() {
    super("softshrink", Saves.INPUT, 1);
  }

  /**
   * x brought nearer to 0 by lambd, element by element; NaN stays.
   *
   * @param lambd by how much, from 0 on
   */
  public static Variable of(Variable x, Number lambd) {
    if (!(lambd.doubleValue() >= 0)) {
      throw new ClgradException("softshrink: lambd must be at least 0, not " + lambd);
    }
    return OP.apply(x, lambd);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] p, float[] y, int n) {
    float lambd = p[0];
    for (int i = 0; i < n; i++) {
      y[i] = x[i] > lambd ? x[i] - lambd : x[i] < -lambd ? x[i] + lambd : x[i] * 0;
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] p, double[] y, int n) {
    double lambd = p[0];
    for (int i = 0; i < n; i++) {
      y[i] = x[i] > lambd ? x[i] - lambd : x[i] < -lambd ? x[i] + lambd : x[i] * 0;
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] p, float[] dx, int n) {
    float lambd = p[0];
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] >= -lambd && x[i] <= lambd ? 0 : dy[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] p, double[] dx, int n) {
    double lambd = p[0];
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] >= -lambd && x[i] <= lambd ? 0 : dy[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x, Number... p) {
    return Where.of(Le.of(Abs.of(x), p[0]), 0, dy);
  }
}
