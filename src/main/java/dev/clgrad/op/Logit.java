package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * logit: y = ln(z / (1 - z)), where z is x held between eps and 1 - eps; dx = dy / (x (1 - x)), 0
 * where x is not between.
 */
public final class Logit extends ParameterOp {
  private static final Logit OP = new Logit();

  private Logit() {
    super("logit", Saves.INPUT, 1);
  }

  /**
   * The inverse of the sigmoid, element by element; ±inf at 1 and 0, NaN beyond.
   *
   * @param eps x is held between eps and 1 - eps; a negative one leaves it
   */
  public static Variable of(Variable x, Number eps) {
    return OP.apply(x, eps);
  }

  @Override
  int cost() {
    return 16;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] p, float[] y, int n) {
    float eps = p[0];
    float[] t = new float[n];
    float[] near = new float[n];
    for (int i = 0; i < n; i++) {
      float z = eps < 0 ? x[i] : x[i] < eps ? eps : x[i] > 1 - eps ? 1 - eps : x[i];
      t[i] = z / (1 - z);
      near[i] = (2 * z - 1) / (1 - z);
    }
    lanes.log(t, t, n);
    lanes.log1p(near, near, n);
    // Near 1/2 the quotient is near 1; there 2 z - 1 is exact.
    for (int i = 0; i < n; i++) {
      y[i] = Math.abs(near[i]) < 0.5f ? near[i] : t[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] p, double[] y, int n) {
    double eps = p[0];
    double[] t = new double[n];
    double[] near = new double[n];
    for (int i = 0; i < n; i++) {
      double z = eps < 0 ? x[i] : x[i] < eps ? eps : x[i] > 1 - eps ? 1 - eps : x[i];
      t[i] = z / (1 - z);
      near[i] = (2 * z - 1) / (1 - z);
    }
    lanes.log(t, t, n);
    lanes.log1p(near, near, n);
    // Near 1/2 the quotient is near 1; there 2 z - 1 is exact.
    for (int i = 0; i < n; i++) {
      y[i] = Math.abs(near[i]) < 0.5 ? near[i] : t[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] p, float[] dx, int n) {
    float eps = p[0];
    for (int i = 0; i < n; i++) {
      float low = eps < 0 ? 0 : eps;
      float outside = eps < 0 ? Float.NaN : 0;
      dx[i] = x[i] < low || x[i] > 1 - low ? outside : dy[i] / Math.abs(x[i] * (1 - x[i]));
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] p, double[] dx, int n) {
    double eps = p[0];
    for (int i = 0; i < n; i++) {
      double low = eps < 0 ? 0 : eps;
      double outside = eps < 0 ? Double.NaN : 0;
      dx[i] = x[i] < low || x[i] > 1 - low ? outside : dy[i] / Math.abs(x[i] * (1 - x[i]));
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x, Number... p) {
    boolean clamps = p[0].doubleValue() >= 0;
    double low = clamps ? p[0].doubleValue() : 0;
    Number outside = clamps ? 0 : Double.NaN;
    Variable inside = Div.of(dy, Abs.of(Mul.of(x, Rsub.of(x, 1))));
    return Where.of(Lt.of(x, low), outside, Where.of(Gt.of(x, 1 - low), outside, inside));
  }
}
