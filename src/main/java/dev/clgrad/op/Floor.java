package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** floor: y = the largest integer not above x; dx = 0. */
public final class Floor extends UnaryOp {
  private static final Floor OP = new Floor();

  private Floor() {
    super("floor", Saves.NOTHING, true);
  }

  /** The largest integer not above x, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (float) Math.floor(x[i]);
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.floor(x[i]);
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
