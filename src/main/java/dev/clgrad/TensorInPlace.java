package dev.clgrad;

import dev.clgrad.op.Add;
import dev.clgrad.op.Cast;
import dev.clgrad.op.Div;
import dev.clgrad.op.Fill;
import dev.clgrad.op.Mul;
import dev.clgrad.op.Sub;
import dev.clgrad.tape.Variable;

/**
 * What changes a tensor's memory, seen also through its views and through what it is a view of.
 * Other tensors, and values that backward has saved, stay as they are; but backward through an
 * operation that saved what was changed is an error.
 *
 * <p>The operand broadcasts to this shape and the result is stored in this dtype. All of them throw
 * {@link AutogradException} where gradients would have to be recorded: on a tensor that requires
 * them, or with an operand that does, outside {@link Autograd#noGrad}; and for an expanded tensor,
 * whose elements share places. They throw {@link DTypeException} where the result has a wider kind
 * than this dtype: a fraction does not fit into integers, nor a number into bool.
 */
abstract class TensorInPlace extends TensorViews {
  TensorInPlace(Variable variable) {
    super(variable);
  }

  /** Sets every element to 0, and returns this. */
  public final Tensor zero_() {
    return fill_(0);
  }

  /** Sets every element to a value, and returns this. */
  public final Tensor fill_(Number value) {
    Fill.into(variable(), value);
    return self();
  }

  /** Copies other over this, converted and broadcast, and returns this. */
  public final Tensor copy_(Tensor other) {
    Cast.into(variable(), other.variable());
    return self();
  }

  /** this += other; returns this. */
  public final Tensor add_(Tensor other) {
    Add.into(variable(), other.variable());
    return self();
  }

  /** this += other; returns this. */
  public final Tensor add_(Number other) {
    Add.into(variable(), other);
    return self();
  }

  /** this += alpha · other, in one step; returns this. */
  public final Tensor add_(Tensor other, Number alpha) {
    Add.into(variable(), other.variable(), alpha);
    return self();
  }

  /** this -= other; returns this. */
  public final Tensor sub_(Tensor other) {
    Sub.into(variable(), other.variable());
    return self();
  }

  /** this -= other; returns this. */
  public final Tensor sub_(Number other) {
    Sub.into(variable(), other);
    return self();
  }

  /** this -= alpha · other, in one step; returns this. */
  public final Tensor sub_(Tensor other, Number alpha) {
    Sub.into(variable(), other.variable(), alpha);
    return self();
  }

  /** this ·= other; returns this. */
  public final Tensor mul_(Tensor other) {
    Mul.into(variable(), other.variable());
    return self();
  }

  /** this ·= other; returns this. */
  public final Tensor mul_(Number other) {
    Mul.into(variable(), other);
    return self();
  }

  /** this /= other; returns this. */
  public final Tensor div_(Tensor other) {
    Div.into(variable(), other.variable());
    return self();
  }

  /** this /= other; returns this. */
  public final Tensor div_(Number other) {
    Div.into(variable(), other);
    return self();
  }
}
