package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** erf: y = erf(x); dx = dy 2/√π e^-x². */
public final class Erf extends UnaryOp {
  private static final Erf OP = new Erf();

  /** 2 / √π. */
  private static final double TWO_OVER_ROOT_PI = 1.1283791670955126;

  private Erf() {
    super("erf", Saves.INPUT, false);
  }

  /** The error function, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 12;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.erf(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.erf(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = -x[i] * x[i];
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * ((float) TWO_OVER_ROOT_PI * t[i]);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = -x[i] * x[i];
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (TWO_OVER_ROOT_PI * t[i]);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Mul.of(dy, Mul.of(Exp.of(Neg.of(Square.of(x))), TWO_OVER_ROOT_PI));
  }
}
