package dev.clgrad;

import dev.clgrad.op.Embedding;
import dev.clgrad.op.Gather;
import dev.clgrad.op.IndexAdd;
import dev.clgrad.op.IndexSelect;
import dev.clgrad.op.MaskedSelect;
import dev.clgrad.op.Nonzero;
import dev.clgrad.op.OneHot;
import dev.clgrad.op.Scatter;
import dev.clgrad.op.ScatterAdd;
import dev.clgrad.op.TakeAlongDim;
import dev.clgrad.tape.Variable;
import java.util.List;

/** Elements by index. */
abstract class TensorIndexing extends TensorJoining {
  TensorIndexing(Variable variable) {
    super(variable);
  }

  /**
   * The elements that an index names along a dimension. For a matrix and {@code dim} 1, {@code
   * y[i][k] = this[i][index[i][k]]}.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param index int64, of as many dimensions as this tensor and nowhere larger, but along {@code
   *     dim}; its shape is that of the result
   * @throws ShapeException if the shapes do not fit or there is no such dimension
   * @throws DTypeException if the index is not of int64
   * @throws IndexException if an index is out of range: at once on the CPU, at the next host read
   *     elsewhere
   */
  public final Tensor gather(int dim, Tensor index) {
    return new Tensor(Gather.of(variable(), dim, index.variable()));
  }

  /**
   * One-hot vectors of these classes along a new last dimension, as many as the largest class asks
   * for. Reads that from the device.
   *
   * @throws DTypeException if this is not of int64
   * @throws ShapeException if there are no elements
   * @throws IndexException if a class is negative: at once on the CPU, at the next host read
   *     elsewhere
   */
  public final Tensor oneHot() {
    return oneHot(-1);
  }

  /**
   * One-hot vectors of these classes along a new last dimension, of int64.
   *
   * @param numClasses the number of classes, or -1 for one more than the largest, which is then
   *     read from the device
   * @throws DTypeException if this is not of int64
   * @throws ShapeException if the number is not positive, or cannot be inferred as there are no
   *     elements
   * @throws IndexException if a class is out of range: at once on the CPU, at the next host read
   *     elsewhere
   */
  public final Tensor oneHot(long numClasses) {
    return new Tensor(OneHot.of(variable(), numClasses));
  }

  /**
   * The parts along a dimension that an index names, in its order.
   *
   * @param index integers in one dimension
   * @throws ShapeException if the index has more dimensions or there is no such dimension
   * @throws DTypeException if the index is not of integers
   * @throws IndexException if an index is out of range: at once on the CPU, at the next host read
   *     elsewhere
   */
  public final Tensor indexSelect(int dim, Tensor index) {
    return new Tensor(IndexSelect.of(variable(), dim, index.variable()));
  }

  /**
   * This with the parts of a source along a dimension added where an index says, in the index's
   * order.
   *
   * @param index integers in one dimension
   * @param source of this shape, but along {@code dim} with a part for each index
   * @throws ShapeException if shapes do not fit or there is no such dimension
   * @throws DTypeException if the index is not of integers, or the dtypes differ or are bool
   * @throws IndexException if an index is out of range: at once on the CPU, at the next host read
   *     elsewhere
   */
  public final Tensor indexAdd(int dim, Tensor index, Tensor source) {
    return indexAdd(dim, index, source, 1);
  }

  /** As {@link #indexAdd(int, Tensor, Tensor)} of the source times alpha. */
  public final Tensor indexAdd(int dim, Tensor index, Tensor source, Number alpha) {
    return new Tensor(IndexAdd.of(variable(), dim, index.variable(), source.variable(), alpha));
  }

  /**
   * This with elements of a source at the places that an index names along a dimension. For a
   * matrix and {@code dim} 1, {@code y[i][index[i][k]] = src[i][k]}; of several for one place, the
   * last.
   *
   * @param index int64, of as many dimensions as this, nowhere larger than the source and, but
   *     along {@code dim}, than this
   * @throws ShapeException if the shapes do not fit or there is no such dimension
   * @throws DTypeException if the index is not of int64 or the other dtypes differ
   * @throws IndexException if an index is out of range: at once on the CPU, at the next host read
   *     elsewhere
   */
  public final Tensor scatter(int dim, Tensor index, Tensor src) {
    return new Tensor(Scatter.of(variable(), dim, index.variable(), src.variable()));
  }

  /** As {@link #scatter(int, Tensor, Tensor)} of one value. */
  public final Tensor scatter(int dim, Tensor index, Number value) {
    return new Tensor(Scatter.of(variable(), dim, index.variable(), value));
  }

  /**
   * This with elements of a source added at the places that an index names along a dimension,
   * always in the same order. For a matrix and {@code dim} 1, {@code y[i][index[i][k]] +=
   * src[i][k]}.
   *
   * @param index int64, of as many dimensions as this, nowhere larger than the source and, but
   *     along {@code dim}, than this
   * @throws ShapeException if the shapes do not fit or there is no such dimension
   * @throws DTypeException if the index is not of int64, or the other dtypes differ or are not
   *     floating-point
   * @throws IndexException if an index is out of range: at once on the CPU, at the next host read
   *     elsewhere
   */
  public final Tensor scatterAdd(int dim, Tensor index, Tensor src) {
    return new Tensor(ScatterAdd.of(variable(), dim, index.variable(), src.variable()));
  }

  /**
   * The elements that indices name among all, in row-major order, in one dimension.
   *
   * @throws DTypeException if the indices are not of int64
   * @throws IndexException if an index is out of range: at once on the CPU, at the next host read
   *     elsewhere
   */
  public final Tensor takeAlongDim(Tensor indices) {
    return new Tensor(TakeAlongDim.of(variable(), indices.variable()));
  }

  /**
   * The elements that indices name along a dimension; this and the indices broadcast in the others.
   *
   * @throws ShapeException if they differ in the number of dimensions or do not broadcast, or there
   *     is no such dimension
   * @throws DTypeException if the indices are not of int64
   * @throws IndexException if an index is out of range: at once on the CPU, at the next host read
   *     elsewhere
   */
  public final Tensor takeAlongDim(Tensor indices, int dim) {
    return new Tensor(TakeAlongDim.of(variable(), indices.variable(), dim));
  }

  /**
   * The elements where a mask is true, in row-major order; both broadcast. Reads from the device
   * how many there are.
   *
   * @throws DTypeException if the mask is not bool
   * @throws ShapeException if they do not broadcast
   */
  public final Tensor maskedSelect(Tensor mask) {
    return new Tensor(MaskedSelect.of(variable(), mask.variable()));
  }

  /**
   * The indices of the elements that are not 0: int64, a row for each. Reads from the device how
   * many there are.
   */
  public final Tensor nonzero() {
    return new Tensor(Nonzero.of(variable()));
  }

  /**
   * The rows of a weight that these indices name, in a new last dimension. The gradient is added up
   * in the order of the indices, the same each time.
   *
   * @throws ShapeException if the weight is no matrix
   * @throws DTypeException if this is not of integers
   * @throws IndexException if an index is out of range: at once on the CPU, at the next host read
   *     elsewhere
   */
  public final Tensor embedding(Tensor weight) {
    return new Tensor(Embedding.of(variable(), weight.variable(), null));
  }

  /**
   * As {@link #embedding(Tensor)}, with a row to which no gradient flows.
   *
   * @param paddingIdx that row; a negative one counts from the end
   * @throws ShapeException if the weight is no matrix or has no such row
   */
  public final Tensor embedding(Tensor weight, long paddingIdx) {
    return new Tensor(Embedding.of(variable(), weight.variable(), paddingIdx));
  }

  /**
   * The part at an index of each of the first dimensions, which disappear: {@code x.get(1, -1)} is
   * {@code x[1, -1]} in Python. A view.
   *
   * @throws ShapeException if there are more indices than dimensions
   * @throws IndexException if there is no such index
   */
  public final Tensor get(long... indices) {
    Index[] all = new Index[indices.length];
    for (int i = 0; i < indices.length; i++) {
      all[i] = Index.at(indices[i]);
    }
    return get(all);
  }

  /**
   * The elements that index tensors or masks name in the first dimensions: {@code x.get(x.gt(0))}
   * is {@code x[x > 0]} in Python, {@code x.get(rows, columns)} is {@code x[rows, columns]}.
   *
   * @throws ShapeException if there are more indices than dimensions, they do not broadcast, or a
   *     mask has other sizes than the dimensions it stands for
   * @throws DTypeException if one is neither bool nor of int32 or int64
   * @throws IndexException if an index is out of range: at once on the CPU, at the next host read
   *     elsewhere
   */
  public final Tensor get(Tensor... indices) {
    Index[] all = new Index[indices.length];
    for (int i = 0; i < indices.length; i++) {
      all[i] = Index.of(indices[i]);
    }
    return get(all);
  }

  /**
   * The part that indices of the first dimensions name: {@code x.get(all(), range(1, 3), at(2))} is
   * {@code x[:, 1:3, 2]} in Python. Without index tensors a view, else a copy, in PyTorch's order
   * of dimensions: what the index tensors broadcast to stands in the place of the dimensions they
   * index if these lie side by side once all else is done, and in front if they do not.
   *
   * @throws ShapeException if there are more indices than dimensions, index tensors do not
   *     broadcast, a mask has other sizes than the dimensions it stands for, or a step is below 1
   * @throws DTypeException if an index tensor is neither bool nor of int32 or int64
   * @throws IndexException if an index is out of range: that of a tensor at once on the CPU, at the
   *     next host read elsewhere
   */
  public final Tensor get(Index... indices) {
    return new Tensor(Subscript.of("get", variable(), List.of(indices)).get(variable()));
  }

  /**
   * This with values where indices of its first dimensions say, as {@link #get(Index...)} would
   * read them; of several for one place, the last. Gradients flow to this and to the values.
   *
   * @param values of this dtype, and of a shape that broadcasts to that of {@code get}
   * @throws ShapeException as {@link #get(Index...)}, or if the values do not broadcast
   * @throws DTypeException as {@link #get(Index...)}, or if the values are of another dtype
   * @throws IndexException as {@link #get(Index...)}
   */
  public final Tensor indexPut(List<Index> indices, Tensor values) {
    return indexPut(indices, values, false);
  }

  /**
   * As {@link #indexPut(List, Tensor)}.
   *
   * @param accumulate whether the values are added to what is there, all of those for one place, in
   *     their order
   */
  public final Tensor indexPut(List<Index> indices, Tensor values, boolean accumulate) {
    Subscript subscript = Subscript.of("indexPut", variable(), indices);
    return new Tensor(subscript.put(variable(), values.variable(), accumulate));
  }

  /**
   * Changes this in place to what {@link #indexPut(List, Tensor)} gives, and returns it. Views of
   * it see the change.
   *
   * @throws AutogradException if this is a leaf that requires gradients while they are recorded, or
   *     elements share places
   */
  public final Tensor indexPut_(List<Index> indices, Tensor values) {
    return indexPut_(indices, values, false);
  }

  /** As {@link #indexPut_(List, Tensor)} and {@link #indexPut(List, Tensor, boolean)}. */
  public final Tensor indexPut_(List<Index> indices, Tensor values, boolean accumulate) {
    Subscript subscript = Subscript.of("indexPut_", variable(), indices);
    subscript.putInto(variable(), values.variable(), accumulate);
    return self();
  }
}
