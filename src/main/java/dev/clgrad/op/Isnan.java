package dev.clgrad.op;

import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** isnan: y = whether x is NaN; no gradient. */
public final class Isnan extends PredicateOp {
  private static final Isnan OP = new Isnan();

  private Isnan() {
    super("isnan");
  }

  /** Whether each element is NaN. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void test(float[] x, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (byte) (Float.isNaN(x[i]) ? 1 : 0);
    }
  }

  @Override
  void test(double[] x, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (byte) (Double.isNaN(x[i]) ? 1 : 0);
    }
  }

  @Override
  void test(long[] x, byte[] y, int n) {
    Arrays.fill(y, 0, n, (byte) 0);
  }
}
