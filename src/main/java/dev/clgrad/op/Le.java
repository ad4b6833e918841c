package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** le: y = whether a is less than or equal to b, false where one is NaN. No gradient. */
public final class Le extends ComparisonOp {
  private static final Le OP = new Le();

  private Le() {
    super("le");
  }

  /** Whether a is less than or equal to b, broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** Whether a is less than or equal to a Java scalar. */
  public static Variable of(Variable a, Number b) {
    return OP.apply(a, b);
  }

  @Override
  void compare(float[] a, float[] b, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (byte) (a[i] <= b[i] ? 1 : 0);
    }
  }

  @Override
  void compare(double[] a, double[] b, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (byte) (a[i] <= b[i] ? 1 : 0);
    }
  }

  @Override
  void compare(long[] a, long[] b, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (byte) (a[i] <= b[i] ? 1 : 0);
    }
  }
}
