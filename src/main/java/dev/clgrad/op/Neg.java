package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** neg: y = -x; dx = -dy. */
public final class Neg extends UnaryOp {
  private static final Neg OP = new Neg();

  private Neg() {
    super("neg", Saves.NOTHING, true);
  }

  /** -x, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = -x[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = -x[i];
    }
  }

  @Override
  void forward(long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = -x[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] unused, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = -dy[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] unused, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = -dy[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable unused) {
    return of(dy);
  }
}
