package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** logical_not: y = whether x is 0; no gradient. */
public final class LogicalNot extends PredicateOp {
  private static final LogicalNot OP = new LogicalNot();

  private LogicalNot() {
    super("logical_not");
  }

  /** Whether each element is 0, or false. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void test(float[] x, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (byte) (x[i] == 0 ? 1 : 0);
    }
  }

  @Override
  void test(double[] x, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (byte) (x[i] == 0 ? 1 : 0);
    }
  }

  @Override
  void test(long[] x, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (byte) (x[i] == 0 ? 1 : 0);
    }
  }
}
