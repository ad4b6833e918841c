package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** mul: y = a b; da = dy b, db = dy a. */
public final class Mul extends BinaryOp {
  private static final Mul OP = new Mul();

  private Mul() {
    super("mul", Reads.B, Reads.A);
  }

  /** a b, broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** a times b for a Java scalar. */
  public static Variable of(Variable a, Number b) {
    return OP.apply(a, b);
  }

  /** a *= b for a Java scalar, in the memory of a. */
  public static void into(Variable a, Number b) {
    OP.applyInPlace(a, b);
  }

  /** a *= b, in the memory of a. */
  public static void into(Variable a, Variable b) {
    OP.applyInPlace(a, b);
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] * b[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] * b[i];
    }
  }

  @Override
  void forward(long[] a, long[] b, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] * b[i];
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    forward(lanes, dy, b, da, n);
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    forward(lanes, dy, b, da, n);
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    forward(lanes, dy, a, db, n);
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    forward(lanes, dy, a, db, n);
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
    return of(dy, a);
  }
}
