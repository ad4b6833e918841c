package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** bitwise_and: y = the bits that both a and b have; of bools, whether it holds. No gradient. */
public final class BitwiseAnd extends BitwiseOp {
  private static final BitwiseAnd OP = new BitwiseAnd();

  private BitwiseAnd() {
    super("bitwise_and", true);
  }

  /** The bits that both a and b have, broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** The bits that both a and b have, a Java scalar. */
  public static Variable of(Variable a, Number b) {
    return OP.apply(a, b);
  }

  @Override
  void forward(long[] a, long[] b, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] & b[i];
    }
  }
}
