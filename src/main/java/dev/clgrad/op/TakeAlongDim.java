package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/** take_along_dim: the elements that an index names along a dimension, broadcast, by gather. */
public final class TakeAlongDim extends CompositeOp {
  private static final TakeAlongDim OP = new TakeAlongDim();

  private TakeAlongDim() {
    super("take_along_dim");
  }

  /**
   * The elements that an index names along a dimension; x and the index broadcast in the others.
   *
   * @throws ShapeException if they differ in the number of dimensions or do not broadcast, or there
   *     is no such dimension
   * @throws dev.clgrad.DTypeException if the index is not of int64
   * @throws dev.clgrad.IndexException if a place is out of range: at once on the CPU, at the next
   *     read elsewhere
   */
  public static Variable of(Variable x, Variable index, int dim) {
    int d = x.shape().dim(OP.name(), dim);
    if (x.rank() != index.rank()) {
      throw new ShapeException(
          "take_along_dim: the index of shape "
              + index.shape()
              + " must have as many dimensions as the tensor of shape "
              + x.shape()
              + "; reshape or unsqueeze it");
    }
    if (x.rank() == 0) {
      return Gather.of(OP.name(), x, 0, index);
    }
    long[] from = x.shape().toArray();
    long[] to = index.shape().toArray();
    from[d] = 1;
    to[d] = 1;
    long[] sizes = Shape.broadcast(OP.name(), Shape.of(from), Shape.of(to)).toArray();
    sizes[d] = x.shape().size(d);
    Variable spread = Expand.of(x, Shape.of(sizes));
    sizes[d] = index.shape().size(d);
    return Gather.of(OP.name(), spread, d, Expand.of(index, Shape.of(sizes)));
  }

  /** The elements that an index names among all, in row-major order, in one dimension. */
  public static Variable of(Variable x, Variable index) {
    return Gather.of(OP.name(), Flatten.of(x, 0, -1), 0, Flatten.of(index, 0, -1));
  }
}
