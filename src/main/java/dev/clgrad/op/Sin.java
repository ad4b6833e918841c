package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** sin: y = sin(x); dx = dy cos(x). */
public final class Sin extends UnaryOp {
  private static final Sin OP = new Sin();

  private Sin() {
    super("sin", Saves.INPUT, false);
  }

  /** The sine, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    lanes.sin(x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    lanes.sin(x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    float[] t = new float[n];
    lanes.cos(x, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * t[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    double[] t = new double[n];
    lanes.cos(x, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * t[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Mul.of(dy, Cos.of(x));
  }
}
