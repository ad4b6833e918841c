package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** bitwise_xor: y = the bits that one of a and b has; of bools, whether it holds. No gradient. */
public final class BitwiseXor extends BitwiseOp {
  private static final BitwiseXor OP = new BitwiseXor();

  private BitwiseXor() {
    super("bitwise_xor", true);
  }

  /** The bits that one of a and b has, broadcast. */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /** The bits that one of a and b has, a Java scalar. */
  public static Variable of(Variable a, Number b) {
    return OP.apply(a, b);
  }

  @Override
  void forward(long[] a, long[] b, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] ^ b[i];
    }
  }
}
