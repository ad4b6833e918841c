package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.function.UnaryOperator;

/** slice: every step-th element of a range of one dimension, a view; dx = zeros with dy there. */
public final class Slice extends ViewOp {
  private static final Slice OP = new Slice();

  private Slice() {
    super("slice");
  }

  /**
   * The elements {@code start}, {@code start + step}, … before {@code end} of a dimension. As in
   * Python, negative positions count from the end, and positions beyond either end mean that end.
   *
   * @throws ShapeException if there is no such dimension or {@code step} is below 1
   */
  public static Variable of(Variable x, int dim, long start, long end, long step) {
    requireDimension(OP.name(), x);
    int d = x.shape().dim(OP.name(), dim);
    if (step < 1) {
      throw new ShapeException(
          "slice: step "
              + step
              + " of dimension "
              + dim
              + " of shape "
              + x.shape()
              + " must be at least 1; use flip for the other direction");
    }
    long size = x.shape().size(d);
    long from = position(start, size);
    long length = Math.max(position(end, size) - from, 0);
    return of(x, d, from, step, length == 0 ? 0 : (length - 1) / step + 1, OP);
  }

  /** A part that is known to lie inside, for an operation that has checked it. */
  static Variable of(Variable x, int dim, long start, long step, long length, ViewOp op) {
    Shape shape = x.shape();
    UnaryOperator<Variable> part = v -> of(v, dim, start, step, length, op);
    return op.view(
        x,
        x.layout().slice(dim, start, step, length),
        dy -> Embed.of(dy, shape, "SliceBackward0Backward", part));
  }

  static void requireDimension(String op, Variable x) {
    if (x.rank() == 0) {
      throw new ShapeException(
          op + ": a scalar has no dimension to take a part of; unsqueeze it first");
    }
  }

  private static long position(long index, long size) {
    return Math.max(0, Math.min(index < 0 ? index + size : index, size));
  }
}
