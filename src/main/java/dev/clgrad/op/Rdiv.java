package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** rdiv: y = s / x for a Java scalar s; dx = -dy (s / x) / x. Integers give float32. */
public final class Rdiv extends ScalarOp {
  private static final Rdiv OP = new Rdiv();

  private Rdiv() {
    super("rdiv", Saves.INPUT, false);
  }

  /** s / x for a Java scalar s. */
  public static Variable of(Variable x, Number s) {
    return OP.apply(x, s);
  }

  @Override
  void forward(Lanes lanes, float[] x, float s, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = s / x[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double s, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = s / x[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float s, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = -dy[i] * ((s / x[i]) / x[i]);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double s, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = -dy[i] * ((s / x[i]) / x[i]);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x, Number s) {
    return Mul.of(Neg.of(dy), Div.of(of(x, s), x));
  }
}
