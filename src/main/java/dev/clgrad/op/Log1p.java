package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** log1p: y = ln(1 + x); dx = dy / (1 + x). */
public final class Log1p extends UnaryOp {
  private static final Log1p OP = new Log1p();

  private Log1p() {
    super("log1p", Saves.INPUT, false);
  }

  /** ln (1 + x), precise near 0, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.log1p(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.log1p(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] / (1 + x[i]);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] / (1 + x[i]);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Div.of(dy, Add.of(x, 1));
  }
}
