package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** sign: y = 1, 0 or -1, 0 at NaN; dx = 0. */
public final class Sign extends UnaryOp {
  private static final Sign OP = new Sign();

  private Sign() {
    super("sign", Saves.NOTHING, true);
  }

  /** 1 for positive, -1 for negative elements, else 0. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] > 0 ? 1 : x[i] < 0 ? -1 : 0;
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] > 0 ? 1 : x[i] < 0 ? -1 : 0;
    }
  }

  @Override
  void forward(long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Long.signum(x[i]);
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] s, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = 0;
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] s, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = 0;
    }
  }

  @Override
  Variable gradient(Variable dy, Variable s) {
    return Fill.of(dy.scheduler(), dy.dtype(), dy.shape(), 0);
  }
}
