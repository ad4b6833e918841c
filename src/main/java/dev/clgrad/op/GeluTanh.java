package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * gelu_tanh: y = x s with s = (1 + tanh u) / 2 = 1 / (1 + e^-2u), u = √(2/π) (x + 0.044715 x³), an
 * approximation of gelu; dx = dy (s + 2 x s (1 - s) du/dx).
 */
public final class GeluTanh extends UnaryOp {
  private static final GeluTanh OP = new GeluTanh();

  /** √(2/π). */
  private static final double ROOT = 0.7978845608028654;

  private GeluTanh() {
    super("gelu_tanh", Saves.INPUT, false);
  }

  @Override
  public String nodeName() {
    return "GeluBackward0";
  }

  /** x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, element by element; NaN at -inf. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  // A branch on the sign, which nobody foresees, would cost more than all else, and keep the JIT
  // compiler from vectors: a maximum and a minimum part the two cases. Between 0 and the least
  // number that is told from 0 below, h is 1.

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = -Math.abs((float) ROOT * (x[i] + 0.044715f * (x[i] * x[i] * x[i])));
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = (Math.max(x[i], -0f) + Math.min(x[i], -0f) * t[i] * t[i]) / (1 + t[i] * t[i]);
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = -Math.abs(ROOT * (x[i] + 0.044715 * (x[i] * x[i] * x[i])));
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = (Math.max(x[i], -0.0) + Math.min(x[i], -0.0) * t[i] * t[i]) / (1 + t[i] * t[i]);
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = -Math.abs((float) ROOT * (x[i] + 0.044715f * (x[i] * x[i] * x[i])));
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      float h = t[i];
      float r = 1 / (1 + h * h);
      // Beyond ±100 nothing but s is left, and the square would overflow.
      float near = Math.min(Math.abs(x[i]), 100);
      float slope = 2 * (float) ROOT * (1 + 0.134145f * (near * near)) * r * r;
      float positive = Math.max(0, Math.min(x[i] * 1e30f, 1));
      dx[i] = dy[i] * (r * (positive + (1 - positive) * h * h) + x[i] * h * slope * h);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = -Math.abs(ROOT * (x[i] + 0.044715 * (x[i] * x[i] * x[i])));
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      double h = t[i];
      double r = 1 / (1 + h * h);
      // Beyond ±100 nothing but s is left, and the square would overflow.
      double near = Math.min(Math.abs(x[i]), 100);
      double slope = 2 * ROOT * (1 + 0.134145 * (near * near)) * r * r;
      double positive = Math.max(0, Math.min(x[i] * 1e300, 1));
      dx[i] = dy[i] * (r * (positive + (1 - positive) * h * h) + x[i] * h * slope * h);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    Variable inner = Mul.of(Add.of(x, Mul.of(Cube.of(x), 0.044715)), 2 * ROOT);
    Variable s = Sigmoid.of(inner);
    Variable slope = Mul.of(Add.of(Mul.of(Square.of(x), 0.134145), 1), 2 * ROOT);
    return Mul.of(dy, Add.of(s, Mul.of(Mul.of(x, Mul.of(s, Rsub.of(s, 1))), slope)));
  }
}
