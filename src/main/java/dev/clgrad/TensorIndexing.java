package dev.clgrad;

import dev.clgrad.op.Gather;
import dev.clgrad.op.OneHot;
import dev.clgrad.tape.Variable;

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
}
