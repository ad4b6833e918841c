package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/**
 * max: the largest element of all, or of each line with its index; dx = dy shared evenly among
 * equal ones of all, or at the index alone. By the kernels of amax and argmax.
 */
public final class Max extends CompositeOp {
  private static final Max OP = new Max();

  private Max() {
    super("max");
  }

  /** Values and where they were. */
  public record Result(Variable values, Variable indices) {}

  /**
   * The largest of all elements; NaN if one is NaN.
   *
   * @throws dev.clgrad.ShapeException if there are no elements
   */
  public static Variable of(Variable x) {
    int[] all = Dims.of(OP.name(), x.shape());
    ArgMax.checkNotEmpty(OP.name(), x, all);
    if (!x.dtype().isFloating()) {
      return Amax.of(x, all, false);
    }
    Variable y = Amax.forward(x.detach(), all, false);
    Extremes.recordWhole("MaxBackward1", x, y);
    return y;
  }

  /**
   * The largest elements over a dimension and their indices, the first of equal ones; NaN before
   * all.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param keepdim whether it stays with size 1
   * @throws dev.clgrad.ShapeException if there is no such dimension, or it has no elements
   */
  public static Result of(Variable x, int dim, boolean keepdim) {
    int d = x.shape().dim(OP.name(), dim);
    int[] over = Dims.of(OP.name(), x.shape(), dim);
    ArgMax.checkNotEmpty(OP.name(), x, over);
    Variable kept = ArgMax.of(x, dim, true);
    Variable values = Extremes.named(OP.nodeName(), x, d, kept, keepdim);
    return new Result(
        values, keepdim ? kept : Reshape.of(kept, Reduction.droppedShape(x.shape(), over)));
  }

  /** The larger of a and b, broadcast: maximum. */
  public static Variable of(Variable a, Variable b) {
    return Maximum.of(a, b);
  }
}
