package dev.clgrad;

import dev.clgrad.op.Abs;
import dev.clgrad.op.Add;
import dev.clgrad.op.Div;
import dev.clgrad.op.Eq;
import dev.clgrad.op.Exp;
import dev.clgrad.op.FloorDivide;
import dev.clgrad.op.Ge;
import dev.clgrad.op.Gt;
import dev.clgrad.op.Le;
import dev.clgrad.op.Log;
import dev.clgrad.op.Lt;
import dev.clgrad.op.Maximum;
import dev.clgrad.op.Minimum;
import dev.clgrad.op.Mul;
import dev.clgrad.op.Ne;
import dev.clgrad.op.Neg;
import dev.clgrad.op.Pow;
import dev.clgrad.op.Rdiv;
import dev.clgrad.op.Reciprocal;
import dev.clgrad.op.Relu;
import dev.clgrad.op.Rpow;
import dev.clgrad.op.Rsub;
import dev.clgrad.op.Sigmoid;
import dev.clgrad.op.Sqrt;
import dev.clgrad.op.Square;
import dev.clgrad.op.Sub;
import dev.clgrad.op.Tanh;
import dev.clgrad.op.TruncDivide;
import dev.clgrad.op.Where;
import dev.clgrad.tape.Variable;

/**
 * Elementwise mathematics. Operands broadcast against each other, and types are promoted as in
 * PyTorch: floating-point before integers before bool, a Java scalar or a 0-d tensor counting only
 * where its kind is wider than the other's.
 */
abstract class TensorPointwise extends TensorInPlace {
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

  /** this + alpha · other. */
  public final Tensor add(Tensor other, Number alpha) {
    return new Tensor(Add.of(variable(), other.variable(), alpha));
  }

  /** this + alpha · other. */
  public final Tensor add(Number other, Number alpha) {
    return add(Scalars.product(alpha, other));
  }

  /** this - other. */
  public final Tensor sub(Tensor other) {
    return new Tensor(Sub.of(variable(), other.variable()));
  }

  /** this - other. */
  public final Tensor sub(Number other) {
    return new Tensor(Sub.of(variable(), other));
  }

  /** this - alpha · other. */
  public final Tensor sub(Tensor other, Number alpha) {
    return new Tensor(Sub.of(variable(), other.variable(), alpha));
  }

  /** this - alpha · other. */
  public final Tensor sub(Number other, Number alpha) {
    return sub(Scalars.product(alpha, other));
  }

  /** other - this: the difference the other way round, as in {@code p.rsub(1)} for 1 - p. */
  public final Tensor rsub(Number other) {
    return new Tensor(Rsub.of(variable(), other));
  }

  /** other - this: the difference the other way round. */
  public final Tensor rsub(Tensor other) {
    return rsub(other, 1);
  }

  /** other - alpha · this. */
  public final Tensor rsub(Tensor other, Number alpha) {
    return new Tensor(Rsub.of(variable(), other.variable(), alpha));
  }

  /** other - alpha · this. */
  public final Tensor rsub(Number other, Number alpha) {
    return new Tensor(Rsub.of(variable(), other, alpha));
  }

  /** this · other. */
  public final Tensor mul(Tensor other) {
    return new Tensor(Mul.of(variable(), other.variable()));
  }

  /** this · other. */
  public final Tensor mul(Number other) {
    return new Tensor(Mul.of(variable(), other));
  }

  /** this / other; integers give float32. */
  public final Tensor div(Tensor other) {
    return new Tensor(Div.of(variable(), other.variable()));
  }

  /** this / other; integers give float32. */
  public final Tensor div(Number other) {
    return new Tensor(Div.of(variable(), other));
  }

  /**
   * this / other, rounded; integers stay integers. The gradients are 0.
   *
   * @throws ClgradException if an integer is divided by 0: at once on the CPU, at the next host
   *     read elsewhere
   */
  public final Tensor div(Tensor other, Rounding rounding) {
    return new Tensor(
        switch (rounding) {
          case TRUNC -> TruncDivide.of(variable(), other.variable());
          case FLOOR -> FloorDivide.of(variable(), other.variable());
        });
  }

  /**
   * this / other, rounded; integers stay integers. The gradients are 0.
   *
   * @throws ClgradException if an integer is divided by 0
   */
  public final Tensor div(Number other, Rounding rounding) {
    return new Tensor(
        switch (rounding) {
          case TRUNC -> TruncDivide.of(variable(), other);
          case FLOOR -> FloorDivide.of(variable(), other);
        });
  }

  /** other / this: the quotient the other way round; integers give float32. */
  public final Tensor rdiv(Number other) {
    return new Tensor(Rdiv.of(variable(), other));
  }

  /** this to the power of exponent; integers to a negative power give 0, except 1 and -1. */
  public final Tensor pow(Tensor exponent) {
    return new Tensor(Pow.of(variable(), exponent.variable()));
  }

  /**
   * this to the power of exponent.
   *
   * @throws DTypeException if this holds integers and the exponent is a negative one
   */
  public final Tensor pow(Number exponent) {
    return new Tensor(Pow.of(variable(), exponent));
  }

  /** base to the power of this: the power the other way round, as in {@code x.rpow(2)} for 2^x. */
  public final Tensor rpow(Number base) {
    return new Tensor(Rpow.of(variable(), base));
  }

  /** -this. */
  public final Tensor neg() {
    return new Tensor(Neg.of(variable()));
  }

  /** The absolute values; the gradient at 0 is 0. */
  public final Tensor abs() {
    return new Tensor(Abs.of(variable()));
  }

  /** this². */
  public final Tensor square() {
    return new Tensor(Square.of(variable()));
  }

  /** The square roots; NaN below 0. */
  public final Tensor sqrt() {
    return new Tensor(Sqrt.of(variable()));
  }

  /** 1 / this. */
  public final Tensor reciprocal() {
    return new Tensor(Reciprocal.of(variable()));
  }

  /** e to the power of this. */
  public final Tensor exp() {
    return new Tensor(Exp.of(variable()));
  }

  /** The natural logarithms; -inf at 0, NaN below. */
  public final Tensor log() {
    return new Tensor(Log.of(variable()));
  }

  /** The hyperbolic tangents. */
  public final Tensor tanh() {
    return new Tensor(Tanh.of(variable()));
  }

  /** 1 / (1 + e^-this). */
  public final Tensor sigmoid() {
    return new Tensor(Sigmoid.of(variable()));
  }

  /** The larger of this and 0; the gradient at 0 is 0. */
  public final Tensor relu() {
    return new Tensor(Relu.of(variable()));
  }

  /** The larger of both, NaN where one is NaN; equal elements share the gradient half and half. */
  public final Tensor maximum(Tensor other) {
    return new Tensor(Maximum.of(variable(), other.variable()));
  }

  /** The smaller of both, NaN where one is NaN; equal elements share the gradient half and half. */
  public final Tensor minimum(Tensor other) {
    return new Tensor(Minimum.of(variable(), other.variable()));
  }

  /**
   * a where a condition holds, else b; the gradient of what is not chosen is exactly 0, also where
   * its value is NaN or infinite.
   *
   * @param condition of bool, as comparisons give
   */
  public static Tensor where(Tensor condition, Tensor a, Tensor b) {
    return new Tensor(Where.of(condition.variable(), a.variable(), b.variable()));
  }

  /** a where a condition holds, else a scalar. */
  public static Tensor where(Tensor condition, Tensor a, Number b) {
    return new Tensor(Where.of(condition.variable(), a.variable(), b));
  }

  /** A scalar where a condition holds, else b. */
  public static Tensor where(Tensor condition, Number a, Tensor b) {
    return new Tensor(Where.of(condition.variable(), a, b.variable()));
  }

  /** this where a condition holds, else other. */
  public final Tensor where(Tensor condition, Tensor other) {
    return where(condition, self(), other);
  }

  /** Whether each element equals other, as bool. */
  public final Tensor eq(Tensor other) {
    return new Tensor(Eq.of(variable(), other.variable()));
  }

  /** Whether each element equals other, as bool. */
  public final Tensor eq(Number other) {
    return new Tensor(Eq.of(variable(), other));
  }

  /** Whether each element differs from other, as bool. */
  public final Tensor ne(Tensor other) {
    return new Tensor(Ne.of(variable(), other.variable()));
  }

  /** Whether each element differs from other, as bool. */
  public final Tensor ne(Number other) {
    return new Tensor(Ne.of(variable(), other));
  }

  /** Whether each element is less than other, as bool. */
  public final Tensor lt(Tensor other) {
    return new Tensor(Lt.of(variable(), other.variable()));
  }

  /** Whether each element is less than other, as bool. */
  public final Tensor lt(Number other) {
    return new Tensor(Lt.of(variable(), other));
  }

  /** Whether each element is at most other, as bool. */
  public final Tensor le(Tensor other) {
    return new Tensor(Le.of(variable(), other.variable()));
  }

  /** Whether each element is at most other, as bool. */
  public final Tensor le(Number other) {
    return new Tensor(Le.of(variable(), other));
  }

  /** Whether each element is greater than other, as bool. */
  public final Tensor gt(Tensor other) {
    return new Tensor(Gt.of(variable(), other.variable()));
  }

  /** Whether each element is greater than other, as bool. */
  public final Tensor gt(Number other) {
    return new Tensor(Gt.of(variable(), other));
  }

  /** Whether each element is at least other, as bool. */
  public final Tensor ge(Tensor other) {
    return new Tensor(Ge.of(variable(), other.variable()));
  }

  /** Whether each element is at least other, as bool. */
  public final Tensor ge(Number other) {
    return new Tensor(Ge.of(variable(), other));
  }
}
