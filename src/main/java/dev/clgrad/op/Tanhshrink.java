package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** tanhshrink: y = x - tanh(x), one launch of those of sub and tanh. */
public final class Tanhshrink extends CompositeOp {
  private Tanhshrink() {
    super("tanhshrink");
  }

  /** x - tanh(x), element by element; integers become float32. */
  public static Variable of(Variable x) {
    return Sub.of(x, Tanh.of(x));
  }
}
