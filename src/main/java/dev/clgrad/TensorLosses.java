package dev.clgrad;

import dev.clgrad.op.CrossEntropy;
import dev.clgrad.tape.Variable;

/** Loss functions. */
abstract class TensorLosses extends TensorLayers {
  TensorLosses(Variable variable) {
    super(variable);
  }

  /** The mean cross-entropy loss with the default options. */
  public final Tensor crossEntropy(Tensor target) {
    return crossEntropy(target, CrossEntropyOptions.DEFAULT);
  }

  /**
   * The cross-entropy loss of these scores, which softmax makes probabilities: {@code -Σ target log
   * softmax(this)} over the classes.
   *
   * <p>These are of shape (C) or (N, C, …). The target holds class indices of int64, of shape () or
   * (N, …), or class probabilities of this tensor's shape and dtype.
   *
   * @throws ShapeException if the shapes do not fit
   * @throws DTypeException if the dtypes do not fit
   * @throws IndexException if a class index is out of range and not the ignored one: at once on the
   *     CPU, at the next host read elsewhere
   */
  public final Tensor crossEntropy(Tensor target, CrossEntropyOptions options) {
    return new Tensor(CrossEntropy.of(variable(), target.variable(), options.toOp()));
  }
}
