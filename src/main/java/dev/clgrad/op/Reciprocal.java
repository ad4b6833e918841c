package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** reciprocal: y = 1 / x; dx = -dy y². */
public final class Reciprocal extends UnaryOp {
  private static final Reciprocal OP = new Reciprocal();

  private Reciprocal() {
    super("reciprocal", Saves.OUTPUT, false);
  }

  /** 1 / x, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  static Variable of(Variable x, String nodeName) {
    return OP.apply(x, nodeName);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = 1 / x[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = 1 / x[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] y, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = -dy[i] * (y[i] * y[i]);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] y, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = -dy[i] * (y[i] * y[i]);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable y) {
    return Mul.of(Neg.of(dy), Mul.of(y, y));
  }
}
