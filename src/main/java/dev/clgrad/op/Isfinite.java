package dev.clgrad.op;

import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** isfinite: y = whether x is neither NaN nor infinite; no gradient. */
public final class Isfinite extends PredicateOp {
  private static final Isfinite OP = new Isfinite();

  private Isfinite() {
    super("isfinite");
  }

  /** Whether each element is neither NaN nor infinite. */
  public static Variable of(Variable x) {
    return OP.apply(x);
  }

  @Override
  void test(float[] x, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (byte) (Float.isFinite(x[i]) ? 1 : 0);
    }
  }

  @Override
  void test(double[] x, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (byte) (Double.isFinite(x[i]) ? 1 : 0);
    }
  }

  @Override
  void test(long[] x, byte[] y, int n) {
    Arrays.fill(y, 0, n, (byte) 1);
  }
}
