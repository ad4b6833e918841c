package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** nansum: y = Σ x over dimensions without those that are NaN; dx = dy repeated, 0 at these. */
public final class NanSum extends CompositeOp {
  private static final NanSum OP = new NanSum();

  private NanSum() {
    super("nansum");
  }

  /**
   * The sum over dimensions where NaN counts as 0. Integers and bool give int64.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1
   * @throws dev.clgrad.ShapeException if a dimension is out of range or named twice
   */
  public static Variable of(Variable x, int[] dims, boolean keepdim) {
    int[] over = Dims.of(OP.name(), x.shape(), dims);
    Variable numbers = x.dtype().isFloating() ? Where.of(Ne.of(x, x), 0, x) : x;
    return Sum.of(numbers, over, keepdim);
  }
}
