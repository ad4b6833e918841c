package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** relu: y = max(x, 0), NaN at NaN; dx = dy where y &gt; 0, else 0. */
public final class Relu extends UnaryOp {
  private static final Relu OP = new Relu();

  private Relu() {
    super("relu", Saves.OUTPUT, true);
  }

  /** max(x, 0), element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.max(x[i], 0);
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.max(x[i], 0);
    }
  }

  @Override
  void forward(long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.max(x[i], 0);
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] y, float[] dx, int n) {
    lanes.reluGradient(dy, y, dx, n);
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] y, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = y[i] <= 0 ? 0 : dy[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable y) {
    return Where.of(Le.of(y, 0), 0, dy);
  }
}
