package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** rsqrt: y = 1 / √x; dx = -dy y³ / 2. */
public final class Rsqrt extends UnaryOp {
  private static final Rsqrt OP = new Rsqrt();

  private Rsqrt() {
    super("rsqrt", Saves.OUTPUT, false);
  }

  /** 1 / √x, element by element; +inf at 0, NaN below. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 2;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (float) (1 / Math.sqrt(x[i]));
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = 1 / Math.sqrt(x[i]);
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] y, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (-0.5f * (y[i] * y[i] * y[i]));
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] y, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (-0.5 * (y[i] * y[i] * y[i]));
    }
  }

  @Override
  Variable gradient(Variable dy, Variable y) {
    return Mul.of(dy, Mul.of(Cube.of(y), -0.5));
  }
}
