package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * mish: y = x tanh(ln(1 + e^x)) = x n / (n + 2) with n = e^x (e^x + 2); dx = dy (n (n + 2) + 4 x
 * e^x (1 + e^x)) / (n + 2)².
 */
public final class Mish extends UnaryOp {
  private static final Mish OP = new Mish();

  /** From here on y is x, in double too; a little further on (n + 2)² overflows in float. */
  private static final int LARGE = 22;

  private Mish() {
    super("mish", Saves.INPUT, false);
  }

  /** x tanh(softplus(x)), element by element; NaN at -inf. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = 0.5f * x[i];
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      float h = t[i];
      float e = h * h;
      y[i] = x[i] > LARGE ? x[i] : x[i] * h * (h * ((e + 2) / (e * (e + 2) + 2)));
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = 0.5 * x[i];
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      double h = t[i];
      double e = h * h;
      y[i] = x[i] > LARGE ? x[i] : x[i] * h * (h * ((e + 2) / (e * (e + 2) + 2)));
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = 0.5f * x[i];
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      float h = t[i];
      float e = h * h;
      float m = e * (e + 2) + 2;
      float slope = h * (((e + 2) * m + 4 * x[i] * (1 + e)) / (m * m)) * h;
      dx[i] = x[i] > LARGE ? dy[i] : dy[i] * slope;
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = 0.5 * x[i];
    }
    lanes.exp(t, t, n);
    for (int i = 0; i < n; i++) {
      double h = t[i];
      double e = h * h;
      double m = e * (e + 2) + 2;
      double slope = h * (((e + 2) * m + 4 * x[i] * (1 + e)) / (m * m)) * h;
      dx[i] = x[i] > LARGE ? dy[i] : dy[i] * slope;
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    // A tanh that is not quite 1 would show beside a large x.
    Variable large = Gt.of(x, LARGE);
    Variable near = Where.of(large, 0, x);
    Variable t = Tanh.of(Softplus.of(near, 1, 20));
    Variable s = Sigmoid.of(near);
    Variable slope = Add.of(t, Mul.of(Mul.of(near, s), Rsub.of(Square.of(t), 1)));
    return Where.of(large, dy, Mul.of(dy, slope));
  }
}
