package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * maximum: y = the larger of a and b, NaN if one is NaN; dy goes to the one chosen, half to each
 * where they are equal, and whole to both where one is NaN.
 */
public final class Maximum extends BinaryOp {
  private static final Maximum OP = new Maximum();

  private Maximum() {
    super("maximum", Reads.BOTH, Reads.BOTH);
  }

  /** The larger of a and b, broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.max(a[i], b[i]);
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.max(a[i], b[i]);
    }
  }

  @Override
  void forward(long[] a, long[] b, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.max(a[i], b[i]);
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = a[i] < b[i] ? 0 : a[i] == b[i] ? dy[i] / 2 : dy[i];
    }
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = a[i] < b[i] ? 0 : a[i] == b[i] ? dy[i] / 2 : dy[i];
    }
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = a[i] > b[i] ? 0 : a[i] == b[i] ? dy[i] / 2 : dy[i];
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = a[i] > b[i] ? 0 : a[i] == b[i] ? dy[i] / 2 : dy[i];
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return Where.of(Lt.of(a, b), 0, Where.of(Eq.of(a, b), Mul.of(dy, 0.5), dy));
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Where.of(Gt.of(a, b), 0, Where.of(Eq.of(a, b), Mul.of(dy, 0.5), dy));
  }
}
