package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * softplus: y = ln(1 + e^(beta x)) / beta, x itself where beta x &gt; threshold; dx = dy
 * sigmoid(beta x), dy there.
 */
public final class Softplus extends ParameterOp {
  private static final Softplus OP = new Softplus();

  private Softplus() {
    super("softplus", Saves.INPUT, 2);
  }

  /**
   * A smooth form of relu, element by element.
   *
   * @param beta the larger, the nearer to relu
   * @param threshold where beta x is above it, the result is x
   */
  public static Variable of(Variable x, Number beta, Number threshold) {
    return OP.apply(x, beta, threshold);
  }

  @Override
  int cost() {
    return 16;
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] p, float[] y, int n) {
    float beta = p[0];
    float threshold = p[1];
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = -Math.abs(x[i] * beta);
    }
    lanes.exp(t, t, n);
    lanes.log1p(t, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = x[i] * beta > threshold ? x[i] : ((x[i] * beta > 0 ? x[i] * beta : 0) + t[i]) / beta;
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] p, double[] y, int n) {
    double beta = p[0];
    double threshold = p[1];
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = -Math.abs(x[i] * beta);
    }
    lanes.exp(t, t, n);
    lanes.log1p(t, t, n);
    for (int i = 0; i < n; i++) {
      y[i] = x[i] * beta > threshold ? x[i] : ((x[i] * beta > 0 ? x[i] * beta : 0) + t[i]) / beta;
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] p, float[] dx, int n) {
    float beta = p[0];
    float threshold = p[1];
    float[] t = new float[n];
    for (int i = 0; i < n; i++) {
      t[i] = x[i] * beta;
    }
    lanes.sigmoid(t, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] * beta > threshold ? dy[i] : dy[i] * t[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] p, double[] dx, int n) {
    double beta = p[0];
    double threshold = p[1];
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = x[i] * beta;
    }
    lanes.sigmoid(t, t, n);
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] * beta > threshold ? dy[i] : dy[i] * t[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x, Number... p) {
    Variable scaled = Mul.of(x, p[0]);
    return Where.of(Gt.of(scaled, p[1]), dy, Mul.of(dy, Sigmoid.of(scaled)));
  }
}
