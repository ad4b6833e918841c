package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.tape.Variable;

/** count_nonzero: how many x over dimensions are not 0, by the kernel of sum. No gradient. */
public final class CountNonzero extends CompositeOp {
  private static final CountNonzero OP = new CountNonzero();

  private CountNonzero() {
    super("count_nonzero");
  }

  /**
   * The count over dimensions, which disappear, as int64. NaN counts as not 0.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @throws dev.clgrad.ShapeException if a dimension is out of range or named twice
   */
  public static Variable of(Variable x, int[] dims) {
    return trues(Cast.to(x.detach(), DType.BOOL), Dims.of(OP.name(), x.shape(), dims), false);
  }

  /** How many of a mask are true. */
  static Variable trues(Variable mask, int[] dims, boolean keepdim) {
    Variable ones = Cast.to(mask, DType.INT64);
    Variable y = Sum.forward(OP.name(), ones, dims, keepdim, 1);
    ones.storage().close();
    return y;
  }
}
