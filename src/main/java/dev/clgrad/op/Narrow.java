package dev.clgrad.op;

import dev.clgrad.IndexException;
import dev.clgrad.tape.Variable;

/** narrow: a range of one dimension, a view; dx = zeros with dy there. */
public final class Narrow extends ViewOp {
  private static final Narrow OP = new Narrow();

  private Narrow() {
    super("narrow");
  }

  @Override
  public String nodeName() {
    return "SliceBackward0";
  }

  /**
   * {@code length} elements of a dimension from {@code start} on; a negative start counts from the
   * end.
   *
   * @throws dev.clgrad.ShapeException if there is no such dimension
   * @throws IndexException if the range does not lie inside it
   */
  public static Variable of(Variable x, int dim, long start, long length) {
    Slice.requireDimension(OP.name(), x);
    int d = x.shape().dim(OP.name(), dim);
    long size = x.shape().size(d);
    long from = start < 0 ? start + size : start;
    if (length < 0 || from < 0 || from > size - length) {
      throw new IndexException(
          "narrow: "
              + length
              + " elements from "
              + start
              + " do not lie inside dimension "
              + dim
              + " of shape "
              + x.shape()
              + ", which has "
              + size
              + "; start + length may be at most that");
    }
    return Slice.of(x, d, from, 1, length, OP);
  }
}
