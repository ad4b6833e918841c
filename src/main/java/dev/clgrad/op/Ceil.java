package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** ceil: y = the smallest integer not below x; dx = 0. */
public final class Ceil extends UnaryOp {
  private static final Ceil OP = new Ceil();

  private Ceil() {
    super("ceil", Saves.NOTHING, true);
  }

  /** The smallest integer not below x, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (float) Math.ceil(x[i]);
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.ceil(x[i]);
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
