package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** leaky_relu: y = x where x &gt; 0, else slope x; dx = dy, or dy slope. */
public final class LeakyRelu extends ParameterOp {
  private static final LeakyRelu OP = new LeakyRelu();

  private LeakyRelu() {
    super("leaky_relu", Saves.INPUT, 1);
  }

  /**
   * x where it is positive, else slope times x; at 0 the gradient is the slope.
   *
   * @param slope the factor of negative numbers
   */
  public static Variable of(Variable x, Number slope) {
    return OP.apply(x, slope);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] p, float[] y, int n) {
    float slope = p[0];
    for (int i = 0; i < n; i++) {
      y[i] = x[i] > 0 ? x[i] : x[i] * slope;
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] p, double[] y, int n) {
    double slope = p[0];
    for (int i = 0; i < n; i++) {
      y[i] = x[i] > 0 ? x[i] : x[i] * slope;
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] p, float[] dx, int n) {
    float slope = p[0];
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] > 0 ? dy[i] : dy[i] * slope;
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] p, double[] dx, int n) {
    double slope = p[0];
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] > 0 ? dy[i] : dy[i] * slope;
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x, Number... p) {
    return Where.of(Gt.of(x, 0), dy, Mul.of(dy, p[0]));
  }
}
