package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** tan: y = tan(x); dx = dy (1 + y²). */
public final class Tan extends UnaryOp {
  private static final Tan OP = new Tan();

  private Tan() {
    super("tan", Saves.OUTPUT, false);
  }

  /** The tangent, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.tan(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.tan(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] y, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (1 + y[i] * y[i]);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] y, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (1 + y[i] * y[i]);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable y) {
    return Mul.of(dy, Add.of(Square.of(y), 1));
  }
}
