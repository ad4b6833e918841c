package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** expm1: y = e^x - 1; dx = dy (y + 1). */
public final class Expm1 extends UnaryOp {
  private static final Expm1 OP = new Expm1();

  private Expm1() {
    super("expm1", Saves.OUTPUT, false);
  }

  /** e^x - 1, precise near 0, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.expm1(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.expm1(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] y, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (y[i] + 1);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] y, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (y[i] + 1);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable y) {
    return Mul.of(dy, Add.of(y, 1));
  }
}
