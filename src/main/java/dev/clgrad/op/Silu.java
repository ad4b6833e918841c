package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** silu: y = x s with s = sigmoid(x); dx = dy s (1 + x (1 - s)). */
public final class Silu extends UnaryOp {
  private static final Silu OP = new Silu();

  private Silu() {
    super("silu", Saves.INPUT, false);
  }

  /** x sigmoid(x), element by element; NaN at -inf. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = Math.abs(x[i]) * -0.5f;
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = x[i] < 0 ? x[i] * t[i] * t[i] / (1 + t[i] * t[i]) : x[i] / (1 + t[i] * t[i]);
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = Math.abs(x[i]) * -0.5;
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = x[i] < 0 ? x[i] * t[i] * t[i] / (1 + t[i] * t[i]) : x[i] / (1 + t[i] * t[i]);
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = Math.abs(x[i]) * -0.5f;
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      float h = t[i];
      float r = 1 / (1 + h * h);
      float slope = x[i] < 0 ? (1 + x[i] * r) * r * h * h : r * (1 + x[i] * (h * h * r));
      dx[i] = dy[i] * slope;
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = Math.abs(x[i]) * -0.5;
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      double h = t[i];
      double r = 1 / (1 + h * h);
      double slope = x[i] < 0 ? (1 + x[i] * r) * r * h * h : r * (1 + x[i] * (h * h * r));
      dx[i] = dy[i] * slope;
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    Variable s = Sigmoid.of(x);
    return Mul.of(dy, Mul.of(s, Add.of(Mul.of(x, Rsub.of(s, 1)), 1)));
  }
}
