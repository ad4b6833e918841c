package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** round: y = the integer next to x, the even one of two; dx = 0. */
public final class Round extends UnaryOp {
  private static final Round OP = new Round();

  private Round() {
    super("round", Saves.NOTHING, true);
  }

  /** The integer next to x, the even one of two, element by element. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  /**
   * x rounded to so many digits after the decimal point, or before it where there are fewer than 0;
   * integers become float32 unless that is 0.
   */
  public static Variable of(Variable x, int decimals) {
    if (decimals == 0) {
      return of(x);
    }
    double power = StrictMath.pow(10, Math.abs(decimals));
    return decimals > 0 ? Div.of(of(Mul.of(x, power)), power) : Mul.of(of(Div.of(x, power)), power);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (float) Math.rint(x[i]);
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.rint(x[i]);
    }
  }

  @Override
  void forward(long[] x, long[] y, int n) {
    System.arraycopy(x, 0, y, 0, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] s, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = 0;
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] s, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = 0;
    }
  }

  @Override
  Variable gradient(Variable dy, Variable s) {
    return Fill.of(dy.scheduler(), dy.dtype(), dy.shape(), 0);
  }
}
