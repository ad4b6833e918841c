package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/**
 * bitwise_right_shift: y = a 2^-b rounded down: its bits moved down by b places, all where b is
 * negative or too large. No gradient.
 */
public final class BitwiseRightShift extends BitwiseOp {
  private static final BitwiseRightShift OP = new BitwiseRightShift();

  private BitwiseRightShift() {
    super("bitwise_right_shift", false);
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
      y[i] = a[i] >> (b[i] < 0 || b[i] > 63 ? 63 : b[i]);
    }
  }
}
