package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** hypot: y = √(a² + b²) without overflow; da = dy a / y, db = dy b / y. Integers give float32. */
public final class Hypot extends BinaryOp {
  private static final Hypot OP = new Hypot();

  private Hypot() {
    super("hypot", Reads.BOTH, Reads.BOTH);
  }

  /** √(a² + b²), broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** √(a² + b²) for a Java scalar b. */
  public static Variable of(Variable a, Number b) {
    return OP.apply(a, b);
  }

  @Override
  DType type(DType promoted) {
    return Pointwise.floating(promoted);
  }

  @Override
  int cost() {
    return 4;
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (float) Polar.hypot(a[i], b[i]);
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Polar.hypot(a[i], b[i]);
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = dy[i] * (a[i] / (float) Polar.hypot(a[i], b[i]));
    }
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = dy[i] * (a[i] / Polar.hypot(a[i], b[i]));
    }
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = dy[i] * (b[i] / (float) Polar.hypot(a[i], b[i]));
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = dy[i] * (b[i] / Polar.hypot(a[i], b[i]));
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return Mul.of(dy, Div.of(a, of(a, b)));
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Mul.of(dy, Div.of(b, of(a, b)));
  }
}
