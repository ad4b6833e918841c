package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * fmod: y = a - b trunc(a / b), exactly: the remainder with the sign of a; da = dy, db = -dy
 * trunc(a / b).
 */
public final class Fmod extends BinaryOp {
  private static final Fmod OP = new Fmod();

  private Fmod() {
    super("fmod", Reads.NOTHING, Reads.BOTH);
  }

  /**
   * The remainder of a / b with the sign of a, broadcast.
   *
   * @throws dev.clgrad.ClgradException if an integer is divided by 0: at once on the CPU, at the
   *     next read elsewhere
   */
  public static Variable of(Variable a, Variable b) {
    Divisors.check(OP.name(), a, b);
    return OP.apply(a, b);
  }

  /**
   * The remainder of a / b with the sign of a for a Java scalar b.
   *
   * @throws dev.clgrad.ClgradException if an integer is divided by 0
   */
  public static Variable of(Variable a, Number b) {
    Divisors.check(OP.name(), a, b);
    return OP.apply(a, b);
  }

  @Override
  DType type(DType promoted) {
    return Divisors.number("fmod", promoted);
  }

  @Override
  int cost() {
    return 4;
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] % b[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] % b[i];
    }
  }

  @Override
  void forward(long[] a, long[] b, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = b[i] == 0 ? 0 : a[i] % b[i];
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
      db[i] = -dy[i] * (float) TruncDivide.quotient(a[i] / b[i]);
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = -dy[i] * TruncDivide.quotient(a[i] / b[i]);
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return dy;
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Mul.of(Neg.of(dy), TruncDivide.of(a, b));
  }
}
