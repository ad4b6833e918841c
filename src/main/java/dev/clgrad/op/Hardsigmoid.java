package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * hardsigmoid: y = (x + 3) / 6, at least 0 and at most 1; dx = dy / 6 where -3 &lt; x &lt; 3, else
 * 0.
 */
public final class Hardsigmoid extends UnaryOp {
  private static final Hardsigmoid OP = new Hardsigmoid();

  /** PyTorch's slope is the float next to 1/6, for doubles too. */
  private static final float SIXTH = 1 / 6f;

  private Hardsigmoid() {
    super("hardsigmoid", Saves.INPUT, false);
  }

  /** (x + 3) / 6, at least 0 and at most 1, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] <= -3 ? 0 : x[i] >= 3 ? 1 : (x[i] + 3) / 6;
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = x[i] <= -3 ? 0 : x[i] >= 3 ? 1 : (x[i] + 3) / 6;
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] > -3 && x[i] < 3 ? dy[i] * SIXTH : 0;
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = x[i] > -3 && x[i] < 3 ? dy[i] * SIXTH : 0;
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x) {
    return Where.of(Lt.of(Abs.of(x), 3), Mul.of(dy, (double) SIXTH), 0);
  }
}
