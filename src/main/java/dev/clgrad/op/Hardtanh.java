package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * hardtanh: y = x, at least min and at most max, NaN at NaN; dx = dy where min &lt; x &lt; max,
 * else 0.
 */
public final class Hardtanh extends ParameterOp {
  private static final Hardtanh OP = new Hardtanh();

  private Hardtanh() {
    super("hardtanh", Saves.INPUT, 2);
  }

  /** x, at least min and at most max, element by element; max everywhere where min is larger. */
  public static Variable of(Variable x, Number min, Number max) {
    return OP.apply(x, min, max);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] p, float[] y, int n) {
    float min = p[0];
    float max = p[1];
    for (int i = 0; i < n; i++) {
      float low = x[i] < min ? min : x[i];
      y[i] = low > max ? max : low;
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] p, double[] y, int n) {
    double min = p[0];
    double max = p[1];
    for (int i = 0; i < n; i++) {
      double low = x[i] < min ? min : x[i];
      y[i] = low > max ? max : low;
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] p, float[] dx, int n) {
    float min = p[0];
    float max = p[1];
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] <= min || x[i] >= max ? 0 : dy[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] p, double[] dx, int n) {
    double min = p[0];
    double max = p[1];
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] <= min || x[i] >= max ? 0 : dy[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x, Number... p) {
    return Where.of(Le.of(x, p[0]), 0, Where.of(Ge.of(x, p[1]), 0, dy));
  }
}
