package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * trunc_divide: y = a / b rounded towards 0, what div does with that rounding; its gradients are 0.
 */
public final class TruncDivide extends BinaryOp {
  private static final TruncDivide OP = new TruncDivide();

  private TruncDivide() {
    super("trunc_divide", Reads.NOTHING, Reads.NOTHING);
  }

  /**
   * a / b rounded towards 0, broadcast.
   *
   * @throws dev.clgrad.ClgradException if an integer is divided by 0: at once on the CPU, at the
   *     next read elsewhere
   */
  public static Variable of(Variable a, Variable b) {
    Divisors.check("div", a, b);
    return OP.apply(a, b);
  }

  /**
   * a / b rounded towards 0 for a Java scalar b.
   *
   * @throws dev.clgrad.ClgradException if an integer is divided by 0
   */
  public static Variable of(Variable a, Number b) {
    Divisors.check("div", a, b);
    return OP.apply(a, b);
  }

  @Override
  DType type(DType promoted) {
    return Divisors.number("div", promoted);
  }

  @Override
  int cost() {
    return 4;
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = (float) quotient(a[i] / b[i]);
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = quotient(a[i] / b[i]);
    }
  }

  @Override
  void forward(long[] a, long[] b, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = b[i] == 0 ? 0 : a[i] / b[i];
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    java.util.Arrays.fill(da, 0, n, 0);
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    java.util.Arrays.fill(da, 0, n, 0);
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    java.util.Arrays.fill(db, 0, n, 0);
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    java.util.Arrays.fill(db, 0, n, 0);
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return Fill.of(dy.scheduler(), dy.dtype(), dy.shape(), 0);
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Fill.of(dy.scheduler(), dy.dtype(), dy.shape(), 0);
  }

  @Override
  public String nodeName() {
    return "DivBackward2";
  }

  static double quotient(double exact) {
    return exact < 0 ? Math.ceil(exact) : Math.floor(exact);
  }
}
