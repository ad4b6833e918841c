package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** trunc: y = x without its fraction; dx = 0. */
public final class Trunc extends UnaryOp {
  private static final Trunc OP = new Trunc();

  private Trunc() {
    super("trunc", Saves.NOTHING, true);
  }

  /** X without its fraction, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (float) (x[i] < 0 ? Math.ceil(x[i]) : Math.floor(x[i]));
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] < 0 ? Math.ceil(x[i]) : Math.floor(x[i]);
    }
  }

  @Override
  void forward(long[] x, long[] y, int n) {
    System.arraycopy(x, 0, y, 0, n);
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
