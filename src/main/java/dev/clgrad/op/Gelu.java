package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * gelu: y = x Φ(x), with the normal distribution's Φ(x) = erfc(-x/√2) / 2 and density φ(x) =
 * e^(-x²/2) / √2π; dx = dy (Φ(x) + x φ(x)).
 */
public final class Gelu extends UnaryOp {
  private static final Gelu OP = new Gelu();

  private static final double ROOT_HALF = 0.7071067811865476;

  /** 1 / √2π. */
  private static final double DENSITY_AT_0 = 0.3989422804014327;

  private Gelu() {
    super("gelu", Saves.INPUT, false);
  }

  /** x Φ(x), element by element; NaN at -inf. */
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
    lanes.normal(x, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = x[i] * t[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    double[] t = new double[n];
    lanes.normal(x, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = x[i] * t[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = x[i] * x[i] * -0.5f;
    }
    lanes.exp(t, t, n);
    float[] cumulative = new float[n];
    lanes.normal(x, cumulative, n);
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (cumulative[i] + x[i] * ((float) DENSITY_AT_0 * t[i]));
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = x[i] * x[i] * -0.5;
    }
    lanes.exp(t, t, n);
    double[] cumulative = new double[n];
    lanes.normal(x, cumulative, n);
    for (int i = 0; i < n; i++) {
      dx[i] = dy[i] * (cumulative[i] + x[i] * (DENSITY_AT_0 * t[i]));
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    Variable cumulative = Mul.of(Erfc.of(Mul.of(x, -ROOT_HALF)), 0.5);
    Variable density = Mul.of(Exp.of(Mul.of(Square.of(x), -0.5)), DENSITY_AT_0);
    return Mul.of(dy, Add.of(cumulative, Mul.of(x, density)));
  }
}
