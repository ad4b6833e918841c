package dev.clgrad.op;

import dev.clgrad.IndexException;
import dev.clgrad.Shape;
import dev.clgrad.tape.Variable;

/** select: one index of a dimension, which disappears, a view; dx = zeros with dy there. */
public final class Select extends ViewOp {
  private static final Select OP = new Select();

  private Select() {
    super("select");
  }

  /**
   * The part of x at one index of a dimension; a negative index counts from the end.
   *
   * @throws dev.clgrad.ShapeException if there is no such dimension
   * @throws IndexException if there is no such index
   */
  public static Variable of(Variable x, int dim, long index) {
    Slice.requireDimension(OP.name(), x);
    int d = x.shape().dim(OP.name(), dim);
    long size = x.shape().size(d);
    if (index < -size || index >= size) {
      throw new IndexException(
          "select: index "
              + index
              + " is out of range for dimension "
              + dim
              + " of shape "
              + x.shape()
              + (size == 0
                  ? ", which is empty"
                  : "; expected a value from " + -size + " to " + (size - 1)));
    }
    long at = index < 0 ? index + size : index;
    Shape shape = x.shape();
    return OP.view(
        x,
        x.layout().select(d, at),
        dy -> Embed.of(dy, shape, "SelectBackward0Backward", v -> of(v, d, at)));
  }
}
