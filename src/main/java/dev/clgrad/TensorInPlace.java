package dev.clgrad;

import dev.clgrad.op.Abs;
import dev.clgrad.op.Add;
import dev.clgrad.op.Addcdiv;
import dev.clgrad.op.Addcmul;
import dev.clgrad.op.Cast;
import dev.clgrad.op.Clamp;
import dev.clgrad.op.ClampMax;
import dev.clgrad.op.ClampMin;
import dev.clgrad.op.Div;
import dev.clgrad.op.Exp;
import dev.clgrad.op.Fill;
import dev.clgrad.op.InPlace;
import dev.clgrad.op.Lerp;
import dev.clgrad.op.Log;
import dev.clgrad.op.Lt;
import dev.clgrad.op.MaskedFill;
import dev.clgrad.op.Mul;
import dev.clgrad.op.Neg;
import dev.clgrad.op.Pow;
import dev.clgrad.op.Reciprocal;
import dev.clgrad.op.Relu;
import dev.clgrad.op.Sigmoid;
import dev.clgrad.op.Sqrt;
import dev.clgrad.op.Square;
import dev.clgrad.op.Sub;
import dev.clgrad.op.Tanh;
import dev.clgrad.tape.Variable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What changes a tensor's memory, seen also through its views and through what it is a view of.
 * Other tensors, and values that backward has saved, stay as they are; but backward through an
 * operation that saved what was changed is an error.
 *
 * <p>The operand broadcasts to this shape and the result is stored in this dtype. Gradients flow
 * through a change as through the function without {@code _}, for views as well. All of them throw
 * {@link AutogradException} for a leaf that requires gradients and for a view of one, outside
 * {@link Autograd#noGrad}; for a view that was made where nothing was recorded and is changed where
 * gradients are; for tensors with tangents in {@link ForwardMode}; and for an expanded tensor,
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

  /** this = -this; returns this. */
  public final Tensor neg_() {
    return set("neg_", () -> Neg.of(variable()));
  }

  /** this = |this|; returns this. */
  public final Tensor abs_() {
    return set("abs_", () -> Abs.of(variable()));
  }

  /** this = this²; returns this. */
  public final Tensor square_() {
    return set("square_", () -> Square.of(variable()));
  }

  /** this = √this; returns this. */
  public final Tensor sqrt_() {
    return set("sqrt_", () -> Sqrt.of(variable()));
  }

  /** this = 1 / this; returns this. */
  public final Tensor reciprocal_() {
    return set("reciprocal_", () -> Reciprocal.of(variable()));
  }

  /** this = e^this; returns this. */
  public final Tensor exp_() {
    return set("exp_", () -> Exp.of(variable()));
  }

  /** this = ln(this); returns this. */
  public final Tensor log_() {
    return set("log_", () -> Log.of(variable()));
  }

  /** this = tanh(this); returns this. */
  public final Tensor tanh_() {
    return set("tanh_", () -> Tanh.of(variable()));
  }

  /** this = 1 / (1 + e^-this); returns this. */
  public final Tensor sigmoid_() {
    return set("sigmoid_", () -> Sigmoid.of(variable()));
  }

  /** this = max(this, 0); returns this. */
  public final Tensor relu_() {
    return set("relu_", () -> Relu.of(variable()));
  }

  /** this = this^exponent; returns this. */
  public final Tensor pow_(Number exponent) {
    return set("pow_", () -> Pow.of(variable(), exponent));
  }

  /** this = this^exponent; returns this. */
  public final Tensor pow_(Tensor exponent) {
    return set("pow_", () -> Pow.of(variable(), exponent.variable()), exponent);
  }

  /**
   * Keeps every element between two bounds, as {@link Tensor#clamp(Number, Number)}; returns this.
   */
  public final Tensor clamp_(@Nullable Number min, @Nullable Number max) {
    return set("clamp_", () -> Clamp.of(variable(), min, max));
  }

  /** Keeps every element at a least value; returns this. */
  public final Tensor clampMin_(Number bound) {
    return set("clamp_min_", () -> ClampMin.of(variable(), bound));
  }

  /** Keeps every element at a largest value; returns this. */
  public final Tensor clampMax_(Number bound) {
    return set("clamp_max_", () -> ClampMax.of(variable(), bound));
  }

  /** Sets every element to a value where a mask of bool holds; returns this. */
  public final Tensor maskedFill_(Tensor mask, Number value) {
    return set("masked_fill_", () -> MaskedFill.of(variable(), mask.variable(), value), mask);
  }

  /** Sets every element to a value of no dimensions where a mask of bool holds; returns this. */
  public final Tensor maskedFill_(Tensor mask, Tensor value) {
    return set(
        "masked_fill_",
        () -> MaskedFill.of(variable(), mask.variable(), value.variable()),
        mask,
        value);
  }

  /** this += weight · (end - this); returns this. */
  public final Tensor lerp_(Tensor end, Number weight) {
    return set("lerp_", () -> Lerp.of(variable(), end.variable(), weight), end);
  }

  /** this += weight · (end - this); returns this. */
  public final Tensor lerp_(Tensor end, Tensor weight) {
    return set("lerp_", () -> Lerp.of(variable(), end.variable(), weight.variable()), end, weight);
  }

  /** this += value · a · b; returns this. */
  public final Tensor addcmul_(Tensor a, Tensor b, Number value) {
    return set("addcmul_", () -> Addcmul.of(variable(), a.variable(), b.variable(), value), a, b);
  }

  /** this += value · a / b; returns this. */
  public final Tensor addcdiv_(Tensor a, Tensor b, Number value) {
    return set("addcdiv_", () -> Addcdiv.of(variable(), a.variable(), b.variable(), value), a, b);
  }

  private Tensor set(String op, Supplier<Variable> result, Tensor... operands) {
    Variable[] variables = new Variable[operands.length];
    for (int i = 0; i < operands.length; i++) {
      variables[i] = operands[i].variable();
    }
    InPlace.compute(op, variable(), result, variables);
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
