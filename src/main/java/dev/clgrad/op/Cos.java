package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** cos: y = cos(x); dx = -dy sin(x). */
public final class Cos extends UnaryOp {
  private static final Cos OP = new Cos();

  private Cos() {
    super("cos", Saves.INPUT, false);
  }

  /** The cosine, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.cos(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.cos(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    float[] t = new float[n];
    lanes.sin(x, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = -dy[i] * t[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    double[] t = new double[n];
    lanes.sin(x, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = -dy[i] * t[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Mul.of(dy, Neg.of(Sin.of(x)));
  }
}
