package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** log2: y = log2(x); dx = dy / (x ln 2). */
public final class Log2 extends UnaryOp {
  private static final Log2 OP = new Log2();

  private static final double LN_2 = 0.6931471805599453;

  private Log2() {
    super("log2", Saves.INPUT, false);
  }

  /** The logarithm to base 2, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.log2(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.log2(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] / (x[i] * (float) LN_2);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] / (x[i] * LN_2);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Div.of(dy, Mul.of(x, LN_2));
  }
}
