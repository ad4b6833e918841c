package dev.clgrad;

import dev.clgrad.op.Add;
import dev.clgrad.op.Cast;
import dev.clgrad.op.Div;
import dev.clgrad.op.Fill;
import dev.clgrad.op.Lt;
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

  /**
   * Sets every element to a random number uniform in [from, to), or to {@code to} where rounding
   * reaches it, and returns this.
   *
   * @throws DTypeException if this is not floating-point
   * @throws DataException if {@code to} is below {@code from} or one is not finite
   */
  public final Tensor uniform_(double from, double to) {
    if (!(to >= from) || Double.isInfinite(to - from)) {
      throw new DataException("uniform_: there is no number from " + from + " to below " + to);
    }
    Tensor drawn = rand(shape(), dtype(), device());
    return copy_(new Tensor(Add.of(Mul.of(drawn.variable(), to - from), from)));
  }

  /**
   * Sets every element to a random number of the normal distribution, and returns this.
   *
   * @throws DTypeException if this is not floating-point
   * @throws DataException if the standard deviation is negative
   */
  public final Tensor normal_(double mean, double std) {
    return copy_(randn(shape(), dtype(), device()).scaled("normal_", mean, std));
  }

  /**
   * Sets every element to 1 with a probability, else to 0, and returns this.
   *
   * @throws DataException if it is not from 0 to 1
   */
  public final Tensor bernoulli_(double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new DataException("bernoulli_: the probability must be from 0 to 1, not " + p);
    }
    Tensor drawn = rand(shape(), DType.FLOAT32, device());
    return copy_(new Tensor(Lt.of(drawn.variable(), p)));
  }
}
