package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** hardshrink: y = 0 where -lambd &lt;= x &lt;= lambd, else x; dx = 0 there, else dy. */
public final class Hardshrink extends ParameterOp {
  private static final Hardshrink OP = new Hardshrink();

  private Hardshrink() {
    super("hardshrink", Saves.INPUT, 1);
  }

  /**
   * x, but 0 where it lies between -lambd and lambd, element by element.
   *
   * @param lambd the bound
   */
  public static Variable of(Variable x, Number lambd) {
    return OP.apply(x, lambd);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] p, float[] y, int n) {
    float lambd = p[0];
    for (int i = 0; i < n; i++) {
      y[i] = x[i] >= -lambd && x[i] <= lambd ? 0 : x[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] p, double[] y, int n) {
    double lambd = p[0];
    for (int i = 0; i < n; i++) {
      y[i] = x[i] >= -lambd && x[i] <= lambd ? 0 : x[i];
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
