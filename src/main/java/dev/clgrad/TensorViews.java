package dev.clgrad;

import dev.clgrad.op.Cast;
import dev.clgrad.op.Expand;
import dev.clgrad.op.Flatten;
import dev.clgrad.op.Narrow;
import dev.clgrad.op.Permute;
import dev.clgrad.op.Reshape;
import dev.clgrad.op.Select;
import dev.clgrad.op.Slice;
import dev.clgrad.op.Squeeze;
import dev.clgrad.op.T;
import dev.clgrad.op.Transpose;
import dev.clgrad.op.Unsqueeze;
import dev.clgrad.tape.Variable;

/**
 * Shapes. All but {@link #contiguous} and, where strides do not allow a view, {@link #reshape} and
 * {@link #flatten} share the memory of the tensor they look at; gradients flow through all.
 * Dimensions may be negative, counting from the end.
 */
abstract class TensorViews extends TensorData {
  TensorViews(Variable variable) {
    super(variable);
  }

  /**
   * The same elements in another shape; one size may be -1 and is computed. A view where strides
   * allow it, else a copy.
   *
   * @throws ShapeException if the number of elements differs
   */
  public final Tensor reshape(long... shape) {
    return new Tensor(Reshape.of(variable(), shape));
  }

  /**
   * Dimensions of size 1 repeated, without copying, up to a shape, which may have more dimensions
   * in front; -1 leaves a size as it is.
   *
   * @throws ShapeException if a size that is not 1 would have to change
   */
  public final Tensor expand(long... shape) {
    return new Tensor(Expand.of(variable(), shape));
  }

  /**
   * Two dimensions exchanged.
   *
   * @throws ShapeException if there is no such dimension
   */
  public final Tensor transpose(int dim0, int dim1) {
    return new Tensor(Transpose.of(variable(), dim0, dim1));
  }

  /**
   * The transpose of a matrix; a vector or scalar as it is.
   *
   * @throws ShapeException if there are more than two dimensions
   */
  public final Tensor t() {
    return new Tensor(T.of(variable()));
  }

  /**
   * The dimensions in another order: dimension i of the result is {@code dims[i]} of this.
   *
   * @throws ShapeException if {@code dims} does not name each dimension once
   */
  public final Tensor permute(int... dims) {
    return new Tensor(Permute.of(variable(), dims));
  }

  /**
   * The elements {@code start}, {@code start + step}, … before {@code end} of a dimension, as
   * Python's {@code start:end:step}: negative positions count from the end, and those beyond either
   * end mean that end.
   *
   * @param end {@link Long#MAX_VALUE} for the end of the dimension
   * @throws ShapeException if there is no such dimension or {@code step} is below 1
   */
  public final Tensor slice(int dim, long start, long end, long step) {
    return new Tensor(Slice.of(variable(), dim, start, end, step));
  }

  /**
   * The elements from {@code start} on and before {@code end} of a dimension, as Python's {@code
   * start:end}.
   *
   * @throws ShapeException if there is no such dimension
   */
  public final Tensor slice(int dim, long start, long end) {
    return slice(dim, start, end, 1);
  }

  /**
   * {@code length} elements of a dimension from {@code start} on.
   *
   * @throws ShapeException if there is no such dimension
   * @throws IndexException if they do not lie inside it
   */
  public final Tensor narrow(int dim, long start, long length) {
    return new Tensor(Narrow.of(variable(), dim, start, length));
  }

  /**
   * As {@link #narrow(int, long, long)} from a position that a tensor holds, which is read from the
   * device.
   *
   * @param start one integer, of shape []
   * @throws ShapeException if {@code start} has dimensions
   * @throws DTypeException if {@code start} is not of an integer dtype
   */
  public final Tensor narrow(int dim, Tensor start, long length) {
    if (start.dim() != 0) {
      throw new ShapeException(
          "narrow: start has shape " + start.shape() + "; expected one integer of shape []");
    }
    if (!start.dtype().isInteger()) {
      throw new DTypeException("narrow: start is of " + start.dtype() + "; convert it to int64");
    }
    return narrow(dim, start.toLongArray()[0], length);
  }

  /**
   * The part at one index of a dimension, which disappears.
   *
   * @throws ShapeException if there is no such dimension
   * @throws IndexException if there is no such index
   */
  public final Tensor select(int dim, long index) {
    return new Tensor(Select.of(variable(), dim, index));
  }

  /** Without any dimension of size 1. */
  public final Tensor squeeze() {
    return new Tensor(Squeeze.of(variable()));
  }

  /**
   * Without a dimension, if that has size 1.
   *
   * @throws ShapeException if there is no such dimension
   */
  public final Tensor squeeze(int dim) {
    return new Tensor(Squeeze.of(variable(), dim));
  }

  /**
   * With a new dimension of size 1.
   *
   * @param dim its place in the result
   * @throws ShapeException if there is no such place
   */
  public final Tensor unsqueeze(int dim) {
    return new Tensor(Unsqueeze.of(variable(), dim));
  }

  /** All elements in one dimension. */
  public final Tensor flatten() {
    return flatten(0, -1);
  }

  /**
   * The dimensions from {@code startDim} on made one.
   *
   * @throws ShapeException if there is no such dimension
   */
  public final Tensor flatten(int startDim) {
    return flatten(startDim, -1);
  }

  /**
   * The dimensions from {@code startDim} to {@code endDim}, both included, made one.
   *
   * @throws ShapeException if there is no such dimension or the first comes after the last
   */
  public final Tensor flatten(int startDim, int endDim) {
    return new Tensor(Flatten.of(variable(), startDim, endDim));
  }

  /** This, if its elements lie in row-major order without gaps; else a copy that does. */
  public final Tensor contiguous() {
    return isContiguous() ? self() : new Tensor(Cast.copy(variable()));
  }
}
