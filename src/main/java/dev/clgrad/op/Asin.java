package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** asin: y = asin(x); dx = dy / √(1 - x²). */
public final class Asin extends UnaryOp {
  private static final Asin OP = new Asin();

  private Asin() {
    super("asin", Saves.INPUT, false);
  }

  /** The arc sine, element by element; NaN beyond ±1. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.asin(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.asin(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] / (float) Math.sqrt((1 - x[i]) * (1 + x[i]));
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] / Math.sqrt((1 - x[i]) * (1 + x[i]));
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Div.of(dy, Sqrt.of(Rsub.of(Square.of(x), 1)));
  }
}
