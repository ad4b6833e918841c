package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** sigmoid: y = 1 / (1 + e^-x); dx = dy (1 - y) y. */
public final class Sigmoid extends UnaryOp {
  private static final Sigmoid OP = new Sigmoid();

  private Sigmoid() {
    super("sigmoid", Saves.OUTPUT, false);
  }

  /** 1 / (1 + e^-x), element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.sigmoid(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.sigmoid(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] y, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (1 - y[i]) * y[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] y, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (1 - y[i]) * y[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable y) {
    return Mul.of(Mul.of(dy, Rsub.of(y, 1)), y);
  }
}
