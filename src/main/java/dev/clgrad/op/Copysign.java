package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * copysign: y = a with the sign of b, that of a NaN being taken for +; da = dy y / a, 0 at 0, and
 * db = 0. Integers give float32.
 */
public final class Copysign extends BinaryOp {
  private static final Copysign OP = new Copysign();

  private Copysign() {
    super("copysign", Reads.BOTH, Reads.NOTHING);
  }

  /** a with the signs of b, broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** a with the sign of a Java scalar. */
  public static Variable of(Variable a, Number b) {
    return OP.apply(a, b);
  }

  @Override
  DType type(DType promoted) {
    return Pointwise.floating(promoted);
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = copy(a[i], b[i]);
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = copy(a[i], b[i]);
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = a[i] == 0 ? 0 : dy[i] * (copy(a[i], b[i]) / a[i]);
    }
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = a[i] == 0 ? 0 : dy[i] * (copy(a[i], b[i]) / a[i]);
    }
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
  Variable gradientA(
      Variable dy, Variable a, Variable b) { // The factor is constant between its jumps.
    Variable x = a.detach();
    Variable factor = Div.of(of(x, b.detach()), x);
    return Mul.of(dy, Where.of(Eq.of(x, 0), 0, factor));
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Fill.of(dy.scheduler(), dy.dtype(), dy.shape(), 0);
  }

  /** Every NaN becomes the positive one in floatToIntBits. */
  private static float copy(float a, float b) {
    int sign = Float.floatToIntBits(b) & Integer.MIN_VALUE;
    return Float.intBitsToFloat((Float.floatToRawIntBits(a) & Integer.MAX_VALUE) | sign);
  }

  private static double copy(double a, double b) {
    long sign = Double.doubleToLongBits(b) & Long.MIN_VALUE;
    return Double.longBitsToDouble((Double.doubleToRawLongBits(a) & Long.MAX_VALUE) | sign);
  }
}
