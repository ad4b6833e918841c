package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** threshold: y = value where x &lt;= threshold, else x; dx = 0 there, else dy. */
public final class Threshold extends ParameterOp {
  private static final Threshold OP = new Threshold();

  private Threshold() {
    super("threshold", Saves.INPUT, 2);
  }

  /** x where it is above a threshold, else a value, element by element. */
  public static Variable of(Variable x, Number threshold, Number value) {
    return OP.apply(x, threshold, value);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] p, float[] y, int n) {
    float threshold = p[0];
    float value = p[1];
    for (int i = 0; i < n; i++) {
      y[i] = x[i] <= threshold ? value : x[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] p, double[] y, int n) {
    double threshold = p[0];
    double value = p[1];
    for (int i = 0; i < n; i++) {
      y[i] = x[i] <= threshold ? value : x[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] p, float[] dx, int n) {
    float threshold = p[0];
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] <= threshold ? 0 : dy[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] p, double[] dx, int n) {
    double threshold = p[0];
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] <= threshold ? 0 : dy[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x, Number... p) {
    return Where.of(Le.of(x, p[0]), 0, dy);
  }
}
