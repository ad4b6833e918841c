package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** abs: y = |x|; dx = dy sign(x), 0 at 0 and at NaN. */
public final class Abs extends UnaryOp {
  private static final Abs OP = new Abs();

  private Abs() {
    super("abs", Saves.INPUT, true);
  }

  /** |x|, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.abs(x[i]);
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.abs(x[i]);
    }
  }

  @Override
  void forward(long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.abs(x[i]);
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] > 0 ? dy[i] : x[i] < 0 ? -dy[i] : 0;
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] > 0 ? dy[i] : x[i] < 0 ? -dy[i] : 0;
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Where.of(Gt.of(x, 0), dy, Where.of(Lt.of(x, 0), Neg.of(dy), 0));
  }
}
