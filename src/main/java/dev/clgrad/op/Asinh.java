package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** asinh: y = asinh(x); dx = dy / √(x² + 1). */
public final class Asinh extends UnaryOp {
  private static final Asinh OP = new Asinh();

  private Asinh() {
    super("asinh", Saves.INPUT, false);
  }

  /** The inverse hyperbolic sine, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.asinh(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.asinh(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] =
          Math.abs(x[i]) > 0x1p50f
              ? dy[i] / Math.abs(x[i])
              : dy[i] / (float) Math.sqrt(x[i] * x[i] + 1);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = Math.abs(x[i]) > 0x1p50 ? dy[i] / Math.abs(x[i]) : dy[i] / Math.sqrt(x[i] * x[i] + 1);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Div.of(dy, Sqrt.of(Add.of(Square.of(x), 1)));
  }
}
