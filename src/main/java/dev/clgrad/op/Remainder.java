package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * remainder: y = a - b floor(a / b): the remainder with the sign of b; da = dy, db = -dy floor(a /
 * b).
 */
public final class Remainder extends BinaryOp {
  private static final Remainder OP = new Remainder();

  private Remainder() {
    super("remainder", Reads.NOTHING, Reads.BOTH);
  }

  /**
   * The remainder of a / b with the sign of b, broadcast.
   *
   * @throws dev.clgrad.ClgradException if an integer is divided by 0: at once on the CPU, at the
   *     next read elsewhere
   */
  public static Variable of(Variable a, Variable b) {
    Divisors.check(OP.name(), a, b);
    return OP.apply(a, b);
  }

  /**
   * The remainder of a / b with the sign of b for a Java scalar b.
   *
   * @throws dev.clgrad.ClgradException if an integer is divided by 0
   */
  public static Variable of(Variable a, Number b) {
    Divisors.check(OP.name(), a, b);
    return OP.apply(a, b);
  }

  @Override
  DType type(DType promoted) {
    return Divisors.number("remainder", promoted);
  }

  @Override
  int cost() {
    return 4;
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      float r = a[i] % b[i];
      y[i] = r != 0 && (r < 0) != (b[i] < 0) ? r + b[i] : r;
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      double r = a[i] % b[i];
      y[i] = r != 0 && (r < 0) != (b[i] < 0) ? r + b[i] : r;
    }
  }

  @Override
  void forward(long[] a, long[] b, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      long r = b[i] == 0 ? 0 : a[i] % b[i];
      y[i] = r != 0 && (r < 0) != (b[i] < 0) ? r + b[i] : r;
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
      db[i] = -dy[i] * FloorDivide.quotient(a[i], b[i]);
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = -dy[i] * FloorDivide.quotient(a[i], b[i]);
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return dy;
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Mul.of(Neg.of(dy), FloorDivide.of(a, b));
  }
}
