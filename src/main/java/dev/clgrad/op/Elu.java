package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** elu: y = x where x &gt; 0, else alpha (e^x - 1); dx = dy, or dy alpha e^x. */
public final class Elu extends ParameterOp {
  private static final Elu OP = new Elu();

  private Elu() {
    super("elu", Saves.INPUT, 1);
  }

  /**
   * The exponential linear unit, element by element; at 0 the gradient is alpha.
   *
   * @param alpha what it tends to for small x, negated
   */
  public static Variable of(Variable x, Number alpha) {
    return OP.apply(x, alpha);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] p, float[] y, int n) {
    float alpha = p[0];
    float[] t = new float[n];
    lanes.expm1(x, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = x[i] > 0 ? x[i] : alpha * t[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] p, double[] y, int n) {
    double alpha = p[0];
    double[] t = new double[n];
    lanes.expm1(x, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = x[i] > 0 ? x[i] : alpha * t[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] p, float[] dx, int n) {
    float alpha = p[0];
    float[] t = new float[n];
    lanes.exp(x, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] > 0 ? dy[i] : dy[i] * (alpha * t[i]);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] p, double[] dx, int n) {
    double alpha = p[0];
    double[] t = new double[n];
    lanes.exp(x, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] > 0 ? dy[i] : dy[i] * (alpha * t[i]);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x, Number... p) {
    Variable negative = Where.of(Gt.of(x, 0), 0, x);
    return Where.of(Gt.of(x, 0), dy, Mul.of(dy, Mul.of(Exp.of(negative), p[0])));
  }
}
