package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** cube: y = x³, what pow(x, 3) is computed as; dx = 3 dy x². */
public final class Cube extends UnaryOp {
  private static final Cube OP = new Cube();

  private Cube() {
    super("cube", Saves.INPUT, true);
  }

  @Override
  public String nodeName() {
    return "PowBackward0";
  }

  /** x³, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] * x[i] * x[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] * x[i] * x[i];
    }
  }

  @Override
  void forward(long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] * x[i] * x[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (3 * (x[i] * x[i]));
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (3 * (x[i] * x[i]));
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Mul.of(dy, Mul.of(Square.of(x), 3));
  }
}
