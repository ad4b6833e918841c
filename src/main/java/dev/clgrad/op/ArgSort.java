package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** argsort: the indices that put a dimension in order, by the kernels of sort. No gradient. */
public final class ArgSort extends CompositeOp {
  private static final ArgSort OP = new ArgSort();

  private ArgSort() {
    super("argsort");
  }

  /**
   * The indices of the elements along a dimension in order, as int64; equal ones in the order they
   * have, NaN as the largest.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param descending whether the largest come first
   * @throws dev.clgrad.ShapeException if there is no such dimension
   */
  public static Variable of(Variable x, int dim, boolean descending) {
    int d = x.shape().dim(OP.name(), dim);
    Sort.Result sorted = Sort.forward(x.detach(), d, descending);
    sorted.values().storage().close();
    return sorted.indices();
  }
}
