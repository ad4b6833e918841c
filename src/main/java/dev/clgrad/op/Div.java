package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** div: y = a / b; da = dy / b, db = -dy (a / b) / b. Integers give float32. */
public final class Div extends BinaryOp {
  private static final Div OP = new Div();

  private Div() {
    super("div", Reads.B, Reads.BOTH);
  }

  /** a / b, broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** a / b for a Java scalar. */
  public static Variable of(Variable a, Number b) {
    return OP.apply(a, b);
  }

  /** Overwrites a with the result. */
  public static void into(Variable a, Variable b) {
    OP.applyInPlace(a, b);
  }

  /** Overwrites a with the result for a Java scalar. */
  public static void into(Variable a, Number b) {
    OP.applyInPlace(a, b);
  }

  @Override
  DType type(DType promoted) {
    return Pointwise.floating(promoted);
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] / b[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] / b[i];
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = dy[i] / b[i];
    }
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = dy[i] / b[i];
    }
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = -dy[i] * ((a[i] / b[i]) / b[i]);
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = -dy[i] * ((a[i] / b[i]) / b[i]);
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return of(dy, b);
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Number b) {
    return of(dy, b);
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Mul.of(Neg.of(dy), of(of(a, b), b));
  }
}
