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

  /**
   * x with a dimension made several again, one of whose sizes may be -1 and is computed.
   *
   * @throws ShapeException if there is no such dimension or the sizes do not multiply to its own
   */
  public static Variable undo(Variable x, int dim, long... sizes) {
    Slice.requireDimension("unflatten", x);
    int d = x.shape().dim("unflatten", dim);
    Shape part;
    try {
      part = Reshape.sizes(Shape.of(x.shape().size(d)), sizes);
    } catch (ShapeException e) {
      throw new ShapeException("unflatten, dimension " + dim + ": " + e.getMessage(), e);
    }
    long[] all = new long[x.rank() - 1 + sizes.length];
    System.arraycopy(x.shape().toArray(), 0, all, 0, d);
    System.arraycopy(part.toArray(), 0, all, d, sizes.length);
    System.arraycopy(x.shape().toArray(), d + 1, all, d + sizes.length, x.rank() - 1 - d);
    return Reshape.of(x, Shape.of(all));
  }
}
