package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.tape.Variable;

/** A comparison that asks of its arguments only whether they are 0. */
abstract class LogicalOp extends ComparisonOp {
  private final int truth;

  /**
   * A logical operation.
   *
   * @param truth its values for (1, 1), (1, 0), (0, 1) and (0, 0), as bits from the highest down
   */
  LogicalOp(String name, int truth) {
    super(name);
    this.truth = truth;
  }

  /** Two types are both made bool: promotion could make a small number 0. */
  final Variable connect(Variable a, Variable b) {
    return a.dtype() == b.dtype()
        ? apply(a, b)
        : apply(Cast.to(a, DType.BOOL), Cast.to(b, DType.BOOL));
  }

  private byte value(boolean a, boolean b) {
    return (byte) (truth >> ((a ? 2 : 0) + (b ? 1 : 0)) & 1);
  }

  @Override
  final void compare(float[] a, float[] b, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = value(a[i] != 0, b[i] != 0);
    }
  }

  @Override
  final void compare(double[] a, double[] b, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = value(a[i] != 0, b[i] != 0);
    }
  }

  @Override
  final void compare(long[] a, long[] b, byte[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = value(a[i] != 0, b[i] != 0);
    }
  }
}
