package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** erfinv: y with erf(y) = x; dx = dy √π/2 e^y². */
public final class Erfinv extends UnaryOp {
  private static final Erfinv OP = new Erfinv();

  /** √π / 2. */
  private static final double HALF_ROOT_PI = 0.886226925452758;

  private Erfinv() {
    super("erfinv", Saves.OUTPUT, false);
  }

  /** The inverse of the error function, element by element; ±inf at ±1, NaN beyond. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 16;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.erfinv(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.erfinv(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] y, float[] dx, int n) {
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = y[i] * y[i];
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * ((float) HALF_ROOT_PI * t[i]);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] y, double[] dx, int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = y[i] * y[i];
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (HALF_ROOT_PI * t[i]);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable y) {
    return Mul.of(dy, Mul.of(Exp.of(Square.of(y)), HALF_ROOT_PI));
  }
}
