package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/**
 * bitwise_left_shift: y = a 2^b: its bits moved up by b places, 0 where b is negative or all are
 * moved out. No gradient.
 */
public final class BitwiseLeftShift extends BitwiseOp {
  private static final BitwiseLeftShift OP = new BitwiseLeftShift();

  private BitwiseLeftShift() {
    super("bitwise_left_shift", false);
  }

  /** The bits of a moved by b places, broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** The bits of a moved by a Java scalar's number of places. */
  public static Variable of(Variable a, Number b) {
    return OP.apply(a, b);
  }

  @Override
  void forward(long[] a, long[] b, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = b[i] < 0 || b[i] > 63 ? 0 : a[i] << b[i];
    }
  }
}
