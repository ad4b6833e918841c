package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** softsign: y = x / (1 + |x|); dx = dy / (1 + |x|)², NaN at infinities, as y is. */
public final class Softsign extends UnaryOp {
  private static final Softsign OP = new Softsign();

  private Softsign() {
    super("softsign", Saves.INPUT, false);
  }

  /** x / (1 + |x|), element by element; NaN at infinities. */
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
      y[i] = x[i] / (1 + Math.abs(x[i]));
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] / (1 + Math.abs(x[i]));
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = 1 / (1 + Math.abs(x[i]));
    }
    for (int i = 0; i < n; i++) {
      dx[i] = Float.isInfinite(x[i]) ? Float.NaN : dy[i] * (t[i] * t[i]);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = 1 / (1 + Math.abs(x[i]));
    }
    for (int i = 0; i < n; i++) {
      dx[i] = Double.isInfinite(x[i]) ? Double.NaN : dy[i] * (t[i] * t[i]);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Where.of(Isinf.of(x), Double.NaN, Div.of(dy, Square.of(Add.of(Abs.of(x), 1))));
  }
}
