package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** acosh: y = acosh(x); dx = dy / √(x² - 1). */
public final class Acosh extends UnaryOp {
  private static final Acosh OP = new Acosh();

  private Acosh() {
    super("acosh", Saves.INPUT, false);
  }

  /** The inverse hyperbolic cosine, element by element; NaN below 1. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.acosh(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.acosh(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] / ((float) Math.sqrt(x[i] - 1) * (float) Math.sqrt(x[i] + 1));
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] / (Math.sqrt(x[i] - 1) * Math.sqrt(x[i] + 1));
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Div.of(dy, Mul.of(Sqrt.of(Sub.of(x, 1)), Sqrt.of(Add.of(x, 1))));
  }
}
