package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** relu6: y = x, at least 0 and at most 6, NaN at NaN; dx = dy where 0 &lt; x &lt; 6, else 0. */
public final class Relu6 extends UnaryOp {
  private static final Relu6 OP = new Relu6();

  private Relu6() {
    super("relu6", Saves.INPUT, false);
  }

  @Override
  public String nodeName() {
    return "HardtanhBackward0";
  }

  /** x, at least 0 and at most 6, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] <= 0 ? 0 : x[i] >= 6 ? 6 : x[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] <= 0 ? 0 : x[i] >= 6 ? 6 : x[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] <= 0 || x[i] >= 6 ? 0 : dy[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] <= 0 || x[i] >= 6 ? 0 : dy[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Where.of(Le.of(x, 0), 0, Where.of(Ge.of(x, 6), 0, dy));
  }
}
