package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * clamp_max: y = a, but b where a is above it or b is NaN; dy goes to the one chosen, to a where
 * they are equal.
 */
public final class ClampMax extends BinaryOp {
  private static final ClampMax OP = new ClampMax();

  private ClampMax() {
    super("clamp_max", Reads.BOTH, Reads.BOTH);
  }

  /** a with b as the largest values, broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** a with a Java scalar as the largest value. */
  public static Variable of(Variable a, Number b) {
    return OP.apply(a, Clamp.storable(a, b));
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] > b[i] || Float.isNaN(b[i]) ? b[i] : a[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] > b[i] || Double.isNaN(b[i]) ? b[i] : a[i];
    }
  }

  @Override
  void forward(long[] a, long[] b, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.min(a[i], b[i]);
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = a[i] <= b[i] ? dy[i] : 0;
    }
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = a[i] <= b[i] ? dy[i] : 0;
    }
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = a[i] > b[i] ? dy[i] : 0;
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = a[i] > b[i] ? dy[i] : 0;
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return Where.of(Le.of(a, b), dy, 0);
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Number b) {
    return Where.of(Le.of(a, b), dy, 0);
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Where.of(Gt.of(a, b), dy, 0);
  }
}
