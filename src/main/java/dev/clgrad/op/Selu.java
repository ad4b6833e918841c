package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * selu: y = scale x where x &gt; 0, else scale alpha (e^x - 1); dx = dy scale, or dy scale alpha
 * e^x.
 */
public final class Selu extends UnaryOp {
  private static final Selu OP = new Selu();

  private static final double SCALE = 1.0507009873554805;
  private static final double SCALE_ALPHA = 1.7580993408473766;

  private Selu() {
    super("selu", Saves.INPUT, false);
  }

  /**
   * The scaled exponential linear unit, element by element; at 0 the gradient is that of negative
   * numbers.
   */
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
    lanes.expm1(x, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = x[i] > 0 ? (float) SCALE * x[i] : (float) SCALE_ALPHA * t[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    double[] t = new double[n];
    lanes.expm1(x, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = x[i] > 0 ? SCALE * x[i] : SCALE_ALPHA * t[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    float[] t = new float[n];
    lanes.exp(x, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] > 0 ? dy[i] * (float) SCALE : dy[i] * ((float) SCALE_ALPHA * t[i]);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    double[] t = new double[n];
    lanes.exp(x, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] > 0 ? dy[i] * SCALE : dy[i] * (SCALE_ALPHA * t[i]);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    Variable exponential = Exp.of(Where.of(Gt.of(x, 0), 0, x));
    return Where.of(Gt.of(x, 0), Mul.of(dy, SCALE), Mul.of(dy, Mul.of(exponential, SCALE_ALPHA)));
  }
}
