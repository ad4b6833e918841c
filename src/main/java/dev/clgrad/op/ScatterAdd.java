package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.IndexException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/**
 * scatter_add: y = x with elements of a source added at the places along one dimension that an
 * index names, always in the same order, by the gradient of gather.
 */
public final class ScatterAdd extends CompositeOp {
  private static final ScatterAdd OP = new ScatterAdd();

  private ScatterAdd() {
    super("scatter_add");
  }

  /**
   * x with elements of a source added where an index says.
   *
   * @param index int64, of as many dimensions as x, nowhere larger than the source and, but along
   *     {@code dim}, than x
   * @throws ShapeException if shapes do not fit or there is no such dimension
   * @throws DTypeException if the index is not of int64, or x and the source differ or are no
   *     floating-point numbers
   * @throws IndexException if a place is out of range: at once on the CPU, at the next read
   *     elsewhere
   */
  public static Variable of(Variable x, int dim, Variable index, Variable src) {
    int d = x.shape().dim(OP.name(), dim);
    if (x.dtype() != src.dtype() || !x.dtype().isFloating()) {
      throw new DTypeException(
          "scatter_add: a source of "
              + src.dtype()
              + " cannot be added to a tensor of "
              + x.dtype()
              + "; convert with to(DType) so that both are of one floating-point dtype");
    }
    Scatter.check(OP.name(), x, d, index, src);
    if (Widened.isNeeded(x)) {
      return Widened.through(x, src, (a, b) -> of(a, dim, index, b));
    }
    if (x.rank() == 0) {
      Shape line = Shape.of(1);
      Variable y = of(Reshape.of(x, line), 0, Reshape.of(index, line), Reshape.of(src, line));
      return Reshape.of(y, Shape.SCALAR);
    }
    long n = x.shape().size(d);
    Variable given = Scatter.contiguous(Cast.to(index.detach(), DType.INT64));
    Variable places = Places.of(OP.name(), given, n, d, false);
    Variable sums = Gather.added(OP.name(), Scatter.corner(src, index.shape()), d, places, n);
    Shape shape = x.shape();
    Shape part = sums.shape();
    return Add.of(
        x,
        part.equals(shape)
            ? sums
            : Embed.of(sums, shape, "SliceBackward0Backward", v -> Scatter.corner(v, part)));
  }
}
