package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/** sub: y = a - b; da = dy, db = -dy. */
public final class Sub extends BinaryOp {
  private static final Sub OP = new Sub();

  private Sub() {
    super("sub", Reads.NOTHING, Reads.NOTHING);
  }

  /** a - b, broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** a - b for a Java scalar. */
  public static Variable of(Variable a, Number b) {
    return OP.apply(a, b);
  }

  /** a -= b for a Java scalar, in the memory of a. */
  public static void into(Variable a, Number b) {
    OP.applyInPlace(a, b);
  }

  /** a -= b, in the memory of a. */
  public static void into(Variable a, Variable b) {
    OP.applyInPlace(a, b);
  }

  /** a - alpha b, broadcast, in one step. */
  public static Variable of(Variable a, Variable b, Number alpha) {
    if (Scaled.isOne(alpha)) {
      return of(a, b);
    }
    return Scaled.of(OP.name(), OP.nodeName(), a, b, Pointwise.negated(alpha));
  }

  /** a -= alpha b, in the memory of a. */
  public static void into(Variable a, Variable b, Number alpha) {
    if (Scaled.isOne(alpha)) {
      into(a, b);
      return;
    }
    Scaled.into("sub_", OP.nodeName(), a, b, Pointwise.negated(alpha));
  }

  @Override
  DType type(DType promoted) {
    if (promoted == DType.BOOL) {
      throw new DTypeException(
          "sub: bool is not a number; convert with to(DType), or compare with ne");
    }
    return promoted;
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] - b[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] - b[i];
    }
  }

  @Override
  void forward(long[] a, long[] b, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] - b[i];
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    System.arraycopy(dy, 0, da, 0, n);
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    System.arraycopy(dy, 0, da, 0, n);
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = -dy[i];
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = -dy[i];
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return dy;
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Neg.of(dy);
  }
}
