package dev.clgrad;

import dev.clgrad.op.Expand;
import dev.clgrad.op.Reshape;
import dev.clgrad.tape.Variable;

/** Shapes: views where PyTorch makes views. */
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
    return new Tensor(Reshape.of(variable(), Shape.of(shape)));
  }

  /** Dimensions of size 1 repeated, without copying, up to a shape; -1 leaves a size as it is. */
  public final Tensor expand(long... shape) {
    return new Tensor(Expand.of(variable(), Shape.of(shape)));
  }
}
