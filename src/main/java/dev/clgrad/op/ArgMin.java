package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/**
 * argmin: y = the index of the smallest x over a dimension, the first of equal ones; NaN is
 * smallest. No gradient. By the kernel of argmax.
 */
public final class ArgMin extends CompositeOp {
  private static final ArgMin OP = new ArgMin();

  private ArgMin() {
    super("argmin");
  }

  /**
   * The index over all elements, counted in row-major order, as int64.
   *
   * @throws dev.clgrad.ShapeException if there are no elements
   */
  public static Variable of(Variable x) {
    return apply(x, Dims.of(OP.name(), x.shape()), false);
  }

  /**
   * The index over one dimension, as int64.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param keepdim whether it stays with size 1
   * @throws dev.clgrad.ShapeException if there is no such dimension, or it has no elements
   */
  public static Variable of(Variable x, int dim, boolean keepdim) {
    return apply(x, Dims.of(OP.name(), x.shape(), dim), keepdim);
  }

  private static Variable apply(Variable x, int[] dims, boolean keepdim) {
    ArgMax.checkNotEmpty(OP.name(), x, dims);
    Variable opposite = Amin.opposite(Widened.in(x.detach()));
    Variable y = ArgMax.forward(opposite, dims, keepdim);
    opposite.storage().close();
    return y;
  }
}
