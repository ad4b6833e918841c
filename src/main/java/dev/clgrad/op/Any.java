package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.tape.Variable;

/** any: whether one of the x over dimensions is not 0. No gradient. */
public final class Any extends CompositeOp {
  private static final Any OP = new Any();

  private Any() {
    super("any");
  }

  /**
   * Whether any element over dimensions is true, as bool; false of no elements.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1
   * @throws dev.clgrad.ShapeException if a dimension is out of range or named twice
   */
  public static Variable of(Variable x, int[] dims, boolean keepdim) {
    int[] over = Dims.of(OP.name(), x.shape(), dims);
    return Ne.of(CountNonzero.trues(Cast.to(x.detach(), DType.BOOL), over, keepdim), 0);
  }
}
