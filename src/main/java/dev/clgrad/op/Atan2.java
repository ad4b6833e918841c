package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * atan2: y = the angle of the point (b, a), from -π to π; da = dy b / (a² + b²), db = -dy a / (a² +
 * b²). Integers give float32.
 */
public final class Atan2 extends BinaryOp {
  private static final Atan2 OP = new Atan2();

  private Atan2() {
    super("atan2", Reads.BOTH, Reads.BOTH);
  }

  /** The angle of the points (b, a), broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** The angle of the points (b, a) for a Java scalar b. */
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
    for (int i = 0; i < n; i++) {
      y[i] = (float) Polar.atan2(a[i], b[i]);
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Polar.atan2(a[i], b[i]);
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = dy[i] * (b[i] / (a[i] * a[i] + b[i] * b[i]));
    }
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = dy[i] * (b[i] / (a[i] * a[i] + b[i] * b[i]));
    }
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = -dy[i] * (a[i] / (a[i] * a[i] + b[i] * b[i]));
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = -dy[i] * (a[i] / (a[i] * a[i] + b[i] * b[i]));
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return Mul.of(dy, Div.of(b, squares(a, b)));
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Mul.of(Neg.of(dy), Div.of(a, squares(a, b)));
  }

  private static Variable squares(Variable a, Variable b) {
    return Add.of(Square.of(a), Square.of(b));
  }
}
