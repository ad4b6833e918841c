package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * fmax: y = the larger of a and b, the other one where one is NaN; dy goes to the one chosen, to a
 * where they are equal.
 */
public final class Fmax extends BinaryOp {
  private static final Fmax OP = new Fmax();

  private Fmax() {
    super("fmax", Reads.BOTH, Reads.BOTH);
  }

  /** The larger of a and b, broadcast; the other one where one is NaN. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] >= b[i] || Float.isNaN(b[i]) ? a[i] : b[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] >= b[i] || Double.isNaN(b[i]) ? a[i] : b[i];
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
      da[i] = a[i] >= b[i] || Float.isNaN(b[i]) ? dy[i] : 0;
    }
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = a[i] >= b[i] || Double.isNaN(b[i]) ? dy[i] : 0;
    }
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = a[i] >= b[i] || Float.isNaN(b[i]) ? 0 : dy[i];
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = a[i] >= b[i] || Double.isNaN(b[i]) ? 0 : dy[i];
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return Where.of(ofA(a, b), dy, 0);
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Where.of(ofA(a, b), 0, dy);
  }

  /** Where a is the one chosen. */
  private static Variable ofA(Variable a, Variable b) {
    return LogicalOr.of(Ge.of(a, b), Ne.of(b, b));
  }
}
