package dev.clgrad;

import dev.clgrad.op.Cast;
import dev.clgrad.op.Chunk;
import dev.clgrad.op.Diagonal;
import dev.clgrad.op.Expand;
import dev.clgrad.op.Flatten;
import dev.clgrad.op.Movedim;
import dev.clgrad.op.Narrow;
import dev.clgrad.op.Permute;
import dev.clgrad.op.Reshape;
import dev.clgrad.op.Select;
import dev.clgrad.op.Slice;
import dev.clgrad.op.Split;
import dev.clgrad.op.Squeeze;
import dev.clgrad.op.T;
import dev.clgrad.op.Transpose;
import dev.clgrad.op.Unfold;
import dev.clgrad.op.Unsqueeze;
import dev.clgrad.tape.Variable;
import java.util.List;

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

  /** As {@link #expand}. */
  public final Tensor broadcastTo(long... shape) {
    return expand(shape);
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
   * The matrices in the last two dimensions, transposed.
   *
   * @throws ShapeException if there are fewer than two dimensions
   */
  public final Tensor mT() {
    return transpose(-2, -1);
  }

  /** As {@link #transpose}. */
  public final Tensor swapaxes(int axis0, int axis1) {
    return transpose(axis0, axis1);
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

  /**
   * The diagonal of a matrix, a view.
   *
   * @throws ShapeException if there are fewer than two dimensions
   */
  public final Tensor diagonal() {
    return diagonal(0);
  }

  /**
   * The diagonals of the matrices in the first two dimensions, as a new last dimension; a view.
   *
   * @param offset how far above the main diagonal, or below it if negative
   * @throws ShapeException if there are fewer than two dimensions
   */
  public final Tensor diagonal(long offset) {
    return diagonal(offset, 0, 1);
  }

  /**
   * The diagonals of the matrices that two dimensions span, as a new last dimension; a view.
   *
   * @param offset how far above the main diagonal, or below it if negative
   * @throws ShapeException if a dimension does not exist or both are the same
   */
  public final Tensor diagonal(long offset, int dim1, int dim2) {
    return new Tensor(Diagonal.of(variable(), offset, dim1, dim2));
  }

  /**
   * A dimension moved to another place, the others in their order around it.
   *
   * @throws ShapeException if there is no such dimension or place
   */
  public final Tensor movedim(int source, int destination) {
    return movedim(new int[] {source}, new int[] {destination});
  }

  /**
   * Dimension {@code source[i]} moved to place {@code destination[i]}, the others in their order at
   * the places left.
   *
   * @throws ShapeException if the lists differ in length, or a dimension does not exist or is named
   *     twice
   */
  public final Tensor movedim(int[] source, int[] destination) {
    return new Tensor(Movedim.of(variable(), source, destination));
  }

  /**
   * The windows of a dimension, {@code step} apart: it becomes their number, and their elements are
   * a new last dimension. A view, in which elements of several windows share a place; it cannot be
   * written in place where they do.
   *
   * @throws ShapeException if there is no such dimension, the window is larger than it, or the step
   *     is below 1
   */
  public final Tensor unfold(int dimension, long size, long step) {
    return new Tensor(Unfold.of(variable(), dimension, size, step));
  }

  /**
   * Parts of one size along dimension 0; the last may be smaller. Views.
   *
   * @throws ShapeException if this is a scalar or the size is not positive
   */
  public final List<Tensor> split(long size) {
    return split(size, 0);
  }

  /**
   * Parts of one size along a dimension; the last may be smaller. Views.
   *
   * @throws ShapeException if there is no such dimension or the size is not positive
   */
  public final List<Tensor> split(long size, int dim) {
    return tensors(Split.of(variable(), size, dim));
  }

  /**
   * Parts of given sizes along a dimension. Views.
   *
   * @throws ShapeException if there is no such dimension, a size is negative, or they do not add up
   *     to the dimension's
   */
  public final List<Tensor> split(long[] sizes, int dim) {
    return tensors(Split.of(variable(), sizes, dim));
  }

  /**
   * At most so many parts of one size along dimension 0, the last of which may be smaller. Views.
   *
   * @throws ShapeException if this is a scalar or the number is not positive
   */
  public final List<Tensor> chunk(long chunks) {
    return chunk(chunks, 0);
  }

  /**
   * At most so many parts of one size along a dimension, the last of which may be smaller. Views.
   *
   * @throws ShapeException if there is no such dimension or the number is not positive
   */
  public final List<Tensor> chunk(long chunks, int dim) {
    return tensors(Chunk.of(variable(), chunks, dim));
  }

  static List<Tensor> tensors(List<Variable> variables) {
    return variables.stream().map(Tensor::new).toList();
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
   * Without those of the dimensions that have size 1.
   *
   * @throws ShapeException if a dimension does not exist or is named twice
   */
  public final Tensor squeeze(int... dims) {
    return new Tensor(Squeeze.of(variable(), dims));
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

  /**
   * A dimension made several; one of their sizes may be -1 and is computed.
   *
   * @throws ShapeException if there is no such dimension or the sizes do not multiply to its own
   */
  public final Tensor unflatten(int dim, long... sizes) {
    return new Tensor(Flatten.undo(variable(), dim, sizes));
  }

  /** This, if its elements lie in row-major order without gaps; else a copy that does. */
  public final Tensor contiguous() {
    return isContiguous() ? self() : new Tensor(Cast.copy(variable()));
  }
}
