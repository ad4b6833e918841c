package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** logsigmoid: y = ln sigmoid(x) = min(x, 0) - ln(1 + e^-|x|); dx = dy sigmoid(-x). */
public final class Logsigmoid extends UnaryOp {
  private static final Logsigmoid OP = new Logsigmoid();

  private Logsigmoid() {
    super("logsigmoid", Saves.INPUT, false);
  }

  @Override
  public String nodeName() {
    return "LogSigmoidBackward0";
  }

  /** The logarithm of the sigmoid, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 16;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = -Math.abs(x[i]);
    }
    lanes.exp(t, t, n);
    lanes.log1p(t, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = (x[i] < 0 ? x[i] : 0) - t[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = -Math.abs(x[i]);
    }
    lanes.exp(t, t, n);
    lanes.log1p(t, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = (x[i] < 0 ? x[i] : 0) - t[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = -x[i];
    }
    lanes.sigmoid(t, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * t[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = -x[i];
    }
    lanes.sigmoid(t, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * t[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Mul.of(dy, Sigmoid.of(Neg.of(x)));
  }
}
