package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** frac: y = x - trunc(x); dx = dy. */
public final class Frac extends UnaryOp {
  private static final Frac OP = new Frac();

  private Frac() {
    super("frac", Saves.NOTHING, false);
  }

  /** What x has beyond its whole part, with its sign, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] - (float) (x[i] < 0 ? Math.ceil(x[i]) : Math.floor(x[i]));
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] - (x[i] < 0 ? Math.ceil(x[i]) : Math.floor(x[i]));
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] s, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] s, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable s) {
    return dy;
  }
}
