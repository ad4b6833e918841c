package dev.clgrad;

import dev.clgrad.op.Add;
import dev.clgrad.op.Mul;
import dev.clgrad.op.Sub;
import dev.clgrad.op.Tanh;
import dev.clgrad.tape.Variable;

/** Elementwise mathematics, with broadcasting and PyTorch's type promotion. */
abstract class TensorPointwise extends TensorViews {
  TensorPointwise(Variable variable) {
    super(variable);
  }

  /** this + other. */
  public final Tensor add(Tensor other) {
    return new Tensor(Add.of(variable(), other.variable()));
  }

  /** this + other. */
  public final Tensor add(Number other) {
    return new Tensor(Add.of(variable(), other));
  }

  /** this - other. */
  public final Tensor sub(Tensor other) {
    return new Tensor(Sub.of(variable(), other.variable()));
  }

  /** this - other. */
  public final Tensor sub(Number other) {
    return new Tensor(Sub.of(variable(), other));
  }

  /** this times other. */
  public final Tensor mul(Tensor other) {
    return new Tensor(Mul.of(variable(), other.variable()));
  }

  /** this times other. */
  public final Tensor mul(Number other) {
    return new Tensor(Mul.of(variable(), other));
  }

  /** tanh of each element. */
  public final Tensor tanh() {
    return new Tensor(Tanh.of(variable()));
  }

  /** this += other, in place. */
  public final Tensor add_(Tensor other) {
    Add.into(variable(), other.variable());
    return self();
  }
}
