package dev.clgrad.op;

import dev.clgrad.ClgradException;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** celu: y = x where x &gt; 0, else alpha (e^(x / alpha) - 1); dx = dy, or dy e^(x / alpha). */
public final class Celu extends ParameterOp {
  private static final Celu OP = new Celu();

  private Celu() {
    super("celu", Saves.INPUT, 1);
  }

  @Override
  public String nodeName() {
    return "CeluBackward0";
  }

  /**
   * The continuously differentiable exponential linear unit, element by element.
   *
   * @param alpha what it tends to for small x, negated; not 0
   */
  public static Variable of(Variable x, Number alpha) {
    if (alpha.doubleValue() == 0) {
      throw new ClgradException("celu: alpha divides, and must not be 0");
    }
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
    for (int i = 0; i < n; i++) {
      t[i] = x[i] / alpha;
    }
    lanes.expm1(t, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = x[i] > 0 ? x[i] : alpha * t[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] p, double[] y, int n) {
    double alpha = p[0];
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = x[i] / alpha;
    }
    lanes.expm1(t, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = x[i] > 0 ? x[i] : alpha * t[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] p, float[] dx, int n) {
    float alpha = p[0];
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = x[i] / alpha;
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] > 0 ? dy[i] : dy[i] * t[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] p, double[] dx, int n) {
    double alpha = p[0];
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = x[i] / alpha;
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] > 0 ? dy[i] : dy[i] * t[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x, Number... p) {
    Variable negative = Where.of(Gt.of(x, 0), 0, x);
    return Where.of(Gt.of(x, 0), dy, Mul.of(dy, Exp.of(Div.of(negative, p[0]))));
  }
}
