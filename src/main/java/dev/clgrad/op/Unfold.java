package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/**
 * unfold: windows of one dimension, a view; dx = the sum of dy over the windows that an element
 * lies in. Of windows that overlap, those far enough apart are put back together at once.
 */
public final class Unfold extends ViewOp {
  private static final Unfold OP = new Unfold();

  private Unfold() {
    super("unfold");
  }

  /**
   * The windows of a dimension, {@code step} apart, with their elements in a new last dimension.
   *
   * @throws ShapeException if there is no such dimension, the window is larger than it or negative,
   *     or the step is not positive
   */
  public static Variable of(Variable x, int dimension, long size, long step) {
    int d = x.shape().dim(OP.name(), dimension);
    long length = x.rank() == 0 ? 1 : x.shape().size(d);
    if (size < 0 || size > length) {
      throw new ShapeException(
          "unfold: a window of "
              + size
              + " does not fit into dimension "
              + dimension
              + " of shape "
              + x.shape()
              + "; expected a size from 0 to "
              + length);
    }
    if (step < 1) {
      throw new ShapeException("unfold: step " + step + " must be at least 1");
    }
    if (x.rank() == 0) {
      return Slice.of(Reshape.of(x, Shape.of(1)), 0, 0, 1, size, OP);
    }
    return windows(x, d, size, step);
  }

  private static Variable windows(Variable x, int d, long size, long step) {
    Shape shape = x.shape();
    return OP.view(x, x.layout().unfold(d, size, step), dy -> gradient(dy, shape, d, size, step));
  }

  private static Variable gradient(Variable dy, Shape shape, int d, long size, long step) {
    long count = dy.shape().size(d);
    // Every apart-th window begins behind the end of the one before.
    long apart = Math.max(1, (size + step - 1) / step);
    Variable dx = null;
    for (long first = 0; first < Math.min(apart, count); first++) {
      long start = first;
      long some = (count - 1 - first) / apart + 1;
      Variable part =
          Embed.of(
              Slice.of(dy, d, start, apart, some, OP),
              shape,
              "UnfoldBackward0Backward",
              v -> Slice.of(windows(v, d, size, step), d, start, apart, some, OP));
      dx = dx == null ? part : Add.of(dx, part);
    }
    return dx == null ? Fill.of(dy.scheduler(), dy.dtype(), shape, 0) : dx;
  }
}
