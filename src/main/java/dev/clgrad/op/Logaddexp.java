package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * logaddexp: y = ln(e^a + e^b) without overflow; da = dy / (1 + e^(b - a)), db = dy / (1 + e^(a -
 * b)). Integers give float32.
 */
public final class Logaddexp extends BinaryOp {
  private static final Logaddexp OP = new Logaddexp();

  private Logaddexp() {
    super("logaddexp", Reads.BOTH, Reads.BOTH);
  }

  /** ln(e^a + e^b), broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** ln(e^a + e^b) for a Java scalar b. */
  public static Variable of(Variable a, Number b) {
    return OP.apply(a, b);
  }

  @Override
  DType type(DType promoted) {
    return Pointwise.floating(promoted);
  }

  @Override
  int cost() {
    return 16;
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    float[] tail = new float[n];
    for (int i = 0; i < n; i++) {
      tail[i] = a[i] == b[i] ? 0 : -Math.abs(a[i] - b[i]);
    }
    lanes.exp(tail, tail, n);
    lanes.log1p(tail, tail, n);
    for (int i = 0; i < n; i++) {
      y[i] = (a[i] > b[i] ? a[i] : b[i]) + tail[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    double[] tail = new double[n];
    for (int i = 0; i < n; i++) {
      tail[i] = a[i] == b[i] ? 0 : -Math.abs(a[i] - b[i]);
    }
    lanes.exp(tail, tail, n);
    lanes.log1p(tail, tail, n);
    for (int i = 0; i < n; i++) {
      y[i] = (a[i] > b[i] ? a[i] : b[i]) + tail[i];
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = b[i] - a[i];
    }
    lanes.exp(da, da, n);
    for (int i = 0; i < n; i++) {
      da[i] = dy[i] / (1 + da[i]);
    }
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = b[i] - a[i];
    }
    lanes.exp(da, da, n);
    for (int i = 0; i < n; i++) {
      da[i] = dy[i] / (1 + da[i]);
    }
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = a[i] - b[i];
    }
    lanes.exp(db, db, n);
    for (int i = 0; i < n; i++) {
      db[i] = dy[i] / (1 + db[i]);
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = a[i] - b[i];
    }
    lanes.exp(db, db, n);
    for (int i = 0; i < n; i++) {
      db[i] = dy[i] / (1 + db[i]);
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return Mul.of(dy, Sigmoid.of(Sub.of(a, b)));
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Mul.of(dy, Sigmoid.of(Sub.of(b, a)));
  }
}
