package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** sqrt: y = √x; dx = dy / (2 y). */
public final class Sqrt extends UnaryOp {
  private static final Sqrt OP = new Sqrt();

  private Sqrt() {
    super("sqrt", Saves.OUTPUT, false);
  }

  /** √x, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  static Variable of(Variable x, String nodeName) {
    return OP.apply(x, nodeName);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.sqrt(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.sqrt(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] y, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] / (2 * y[i]);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] y, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] / (2 * y[i]);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable y) {
    return Div.of(dy, Mul.of(y, 2));
  }
}
