package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** all: whether none of the x over dimensions is 0. No gradient. */
public final class All extends CompositeOp {
  private static final All OP = new All();

  private All() {
    super("all");
  }

  /**
   * Whether all elements over dimensions are true, as bool; true of no elements.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1
   * @throws dev.clgrad.ShapeException if a dimension is out of range or named twice
   */
  public static Variable of(Variable x, int[] dims, boolean keepdim) {
    int[] over = Dims.of(OP.name(), x.shape(), dims);
    return Eq.of(CountNonzero.trues(Eq.of(x.detach(), 0), over, keepdim), 0);
  }
}
