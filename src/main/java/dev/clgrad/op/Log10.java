package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** log10: y = log10(x); dx = dy / (x ln 10). */
public final class Log10 extends UnaryOp {
  private static final Log10 OP = new Log10();

  private static final double LN_10 = 2.302585092994046;

  private Log10() {
    super("log10", Saves.INPUT, false);
  }

  /** The logarithm to base 10, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.log10(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.log10(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] / (x[i] * (float) LN_10);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] / (x[i] * LN_10);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Div.of(dy, Mul.of(x, LN_10));
  }
}
