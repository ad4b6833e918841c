package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * hardswish: y = x hardsigmoid(x); dx = 0 where x &lt; -3, dy where x &gt; 3, else dy (x/3 + 1/2).
 */
public final class Hardswish extends UnaryOp {
  private static final Hardswish OP = new Hardswish();

  private Hardswish() {
    super("hardswish", Saves.INPUT, false);
  }

  /** x hardsigmoid(x), element by element; NaN at -inf. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] <= -3 ? x[i] * 0 : x[i] >= 3 ? x[i] : x[i] * ((x[i] + 3) / 6);
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] <= -3 ? x[i] * 0 : x[i] >= 3 ? x[i] : x[i] * ((x[i] + 3) / 6);
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] < -3 ? 0 : x[i] > 3 ? dy[i] : dy[i] * (x[i] / 3 + 0.5f);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] < -3 ? 0 : x[i] > 3 ? dy[i] : dy[i] * (x[i] / 3 + 0.5);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    // The slope first: at an infinite x nothing infinite must meet a 0.
    Variable middle = Add.of(Div.of(x, 3), 0.5);
    Variable slope = Where.of(Lt.of(x, -3), 0, Where.of(Gt.of(x, 3), 1, middle));
    return Mul.of(dy, slope);
  }
}
