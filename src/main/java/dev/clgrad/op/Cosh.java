package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** cosh: y = cosh(x); dx = dy sinh(x). */
public final class Cosh extends UnaryOp {
  private static final Cosh OP = new Cosh();

  private Cosh() {
    super("cosh", Saves.INPUT, false);
  }

  /** The hyperbolic cosine, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.cosh(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.cosh(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    float[] t = new float[n];
    lanes.sinh(x, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * t[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    double[] t = new double[n];
    lanes.sinh(x, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * t[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Mul.of(dy, Sinh.of(x));
  }
}
