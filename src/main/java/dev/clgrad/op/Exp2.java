package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** exp2: y = 2^x; dx = dy y ln 2. */
public final class Exp2 extends UnaryOp {
  private static final Exp2 OP = new Exp2();

  private static final double LN_2 = 0.6931471805599453;

  private Exp2() {
    super("exp2", Saves.OUTPUT, false);
  }

  /** 2 to the power of x, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.exp2(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.exp2(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] y, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (y[i] * (float) LN_2);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] y, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (y[i] * LN_2);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable y) {
    return Mul.of(dy, Mul.of(y, LN_2));
  }
}
