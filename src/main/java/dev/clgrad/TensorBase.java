package dev.clgrad;

import dev.clgrad.tape.Variable;

/** What every family of methods starts from: the variable behind a tensor. */
abstract class TensorBase {
  private final Variable variable;

  TensorBase(Variable variable) {
    this.variable = variable;
  }

  final Variable variable() {
    return variable;
  }

  /** This, with the type callers know. */
  final Tensor self() {
    return (Tensor) this;
  }

  /** The shape. */
  public final Shape shape() {
    return variable.shape();
  }

  /** The number of dimensions. */
  public final int dim() {
    return variable.rank();
  }

  /** The number of elements. */
  public final long numel() {
    return variable.shape().numel();
  }

  /** The size of a dimension; a negative one counts from the end. */
  public final long size(int dim) {
    return variable.shape().size(dim);
  }

  /** The element type. */
  public final DType dtype() {
    return variable.dtype();
  }

  /** The device it lives on. */
  public final Device device() {
    return Device.of(variable.scheduler());
  }

  /** Whether the elements lie in row-major order without gaps. */
  public final boolean isContiguous() {
    return variable.layout().isContiguous();
  }
}
