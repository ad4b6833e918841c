package dev.clgrad.op;

import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** isinf: y = whether x is inf or -inf; no gradient. */
public final class Isinf extends PredicateOp {
  private static final Isinf OP = new Isinf();

  private Isinf() {
    super("isinf");
  }

  /** Whether each element is infinite. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void test(float[] x, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (byte) (Float.isInfinite(x[i]) ? 1 : 0);
    }
  }

  @Override
  void test(double[] x, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (byte) (Double.isInfinite(x[i]) ? 1 : 0);
    }
  }

  @Override
  void test(long[] x, byte[] y, int n) {
    Arrays.fill(y, 0, n, (byte) 0);
  }
}
