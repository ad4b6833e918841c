package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** bitwise_or: y = the bits that a or b has; of bools, whether it holds. No gradient. */
public final class BitwiseOr extends BitwiseOp {
  private static final BitwiseOr OP = new BitwiseOr();

  private BitwiseOr() {
    super("bitwise_or", true);
  }

  /** The bits that a or b has, broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** The bits that a or b has, a Java scalar. */
  public static Variable of(Variable a, Number b) {
    return OP.apply(a, b);
  }

  @Override
  void forward(long[] a, long[] b, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] | b[i];
    }
  }
}
