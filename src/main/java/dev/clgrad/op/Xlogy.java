package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * xlogy: y = a ln b, 0 where a is 0 and b is no NaN; da = dy ln b, 0 where a is 0 and b is not
 * positive; db = dy a / b. Integers give float32.
 */
public final class Xlogy extends BinaryOp {
  private static final Xlogy OP = new Xlogy();

  private Xlogy() {
    super("xlogy", Reads.BOTH, Reads.BOTH);
  }

  /** a ln b, broadcast; 0 where a is 0. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** a ln b for a Java scalar b. */
  public static Variable of(Variable a, Number b) {
    return OP.apply(a, b);
  }

  @Override
  DType type(DType promoted) {
    return Pointwise.floating(promoted);
  }

  @Override
  int cost() {
    return 8;
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    float[] log = new float[n];
    lanes.log(b, log, n);
    for (int i = 0; i < n; i++) {
      y[i] = a[i] == 0 && !Float.isNaN(b[i]) ? 0 : a[i] * log[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    double[] log = new double[n];
    lanes.log(b, log, n);
    for (int i = 0; i < n; i++) {
      y[i] = a[i] == 0 && !Double.isNaN(b[i]) ? 0 : a[i] * log[i];
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    float[] log = new float[n];
    lanes.log(b, log, n);
    for (int i = 0; i < n; i++) {
      boolean zero = (a[i] == 0 && b[i] <= 0) || (dy[i] == 0 && !Float.isNaN(b[i]));
      da[i] = zero ? 0 : dy[i] * log[i];
    }
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    double[] log = new double[n];
    lanes.log(b, log, n);
    for (int i = 0; i < n; i++) {
      boolean zero = (a[i] == 0 && b[i] <= 0) || (dy[i] == 0 && !Double.isNaN(b[i]));
      da[i] = zero ? 0 : dy[i] * log[i];
    }
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = dy[i] * (a[i] / b[i]);
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = dy[i] * (a[i] / b[i]);
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return Where.of(LogicalAnd.of(Eq.of(a, 0), Le.of(b, 0)), 0, of(dy, b));
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Mul.of(dy, Div.of(a, b));
  }
}
