package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/** flatten: neighboring dimensions made one, by reshape. */
public final class Flatten extends CompositeOp {
  private static final Flatten OP = new Flatten();

  private Flatten() {
    super("flatten");
  }

  /**
   * x with the dimensions from {@code startDim} to {@code endDim}, both included, made one; a
   * scalar becomes a vector.
   *
   * @throws ShapeException if there is no such dimension or the first comes after the last
   */
  public static Variable of(Variable x, int startDim, int endDim) {
    int start = x.shape().dim(OP.name(), startDim);
    int end = x.shape().dim(OP.name(), endDim);
    if (start > end) {
      throw new ShapeException(
          "flatten: startDim "
              + startDim
              + " comes after endDim "
              + endDim
              + " in shape "
              + x.shape()
              + "; exchange them");
    }
    if (x.rank() == 0) {
      return Reshape.of(x, Shape.of(1));
    }
    long[] sizes = new long[x.rank() - (end - start)];
    java.util.Arrays.fill(sizes, 1);
    for (int d = 0; d < x.rank(); d++) {
      sizes[d <= start ? d : Math.max(start, d - (end - start))] *= x.shape().size(d);
    }
    return Reshape.of(x, Shape.of(sizes));
  }
}
