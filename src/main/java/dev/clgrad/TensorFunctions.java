package dev.clgrad;

import dev.clgrad.op.Acos;
import dev.clgrad.op.Acosh;
import dev.clgrad.op.Asin;
import dev.clgrad.op.Asinh;
import dev.clgrad.op.Atan;
import dev.clgrad.op.Atanh;
import dev.clgrad.op.Ceil;
import dev.clgrad.op.Cos;
import dev.clgrad.op.Cosh;
import dev.clgrad.op.Digamma;
import dev.clgrad.op.Erf;
import dev.clgrad.op.Erfc;
import dev.clgrad.op.Erfinv;
import dev.clgrad.op.Exp2;
import dev.clgrad.op.Expm1;
import dev.clgrad.op.Floor;
import dev.clgrad.op.Frac;
import dev.clgrad.op.Isfinite;
import dev.clgrad.op.Isinf;
import dev.clgrad.op.Isnan;
import dev.clgrad.op.Lgamma;
import dev.clgrad.op.Log10;
import dev.clgrad.op.Log1p;
import dev.clgrad.op.Log2;
import dev.clgrad.op.LogicalNot;
import dev.clgrad.op.Logit;
import dev.clgrad.op.NanToNum;
import dev.clgrad.op.Polygamma;
import dev.clgrad.op.Round;
import dev.clgrad.op.Rsqrt;
import dev.clgrad.op.Sign;
import dev.clgrad.op.Sin;
import dev.clgrad.op.Sinh;
import dev.clgrad.op.Tan;
import dev.clgrad.op.Trunc;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/**
 * Elementary and special functions of one argument, element by element. Integers become float32,
 * except where said.
 */
abstract class TensorFunctions extends TensorPointwise {
  TensorFunctions(Variable variable) {
    super(variable);
  }

  /** The arc cosines, from 0 to π; NaN beyond ±1. */
  public final Tensor acos() {
    return new Tensor(Acos.of(variable()));
  }

  /** The arc sines, from -π/2 to π/2; NaN beyond ±1. */
  public final Tensor asin() {
    return new Tensor(Asin.of(variable()));
  }

  /** The arc tangents, from -π/2 to π/2. */
  public final Tensor atan() {
    return new Tensor(Atan.of(variable()));
  }

  /** The inverse hyperbolic cosines; NaN below 1. */
  public final Tensor acosh() {
    return new Tensor(Acosh.of(variable()));
  }

  /** The inverse hyperbolic sines. */
  public final Tensor asinh() {
    return new Tensor(Asinh.of(variable()));
  }

  /** The inverse hyperbolic tangents; ±inf at ±1, NaN beyond. */
  public final Tensor atanh() {
    return new Tensor(Atanh.of(variable()));
  }

  /** The sines; NaN at infinities. */
  public final Tensor sin() {
    return new Tensor(Sin.of(variable()));
  }

  /** The cosines; NaN at infinities. */
  public final Tensor cos() {
    return new Tensor(Cos.of(variable()));
  }

  /** The tangents; NaN at infinities. */
  public final Tensor tan() {
    return new Tensor(Tan.of(variable()));
  }

  /** The hyperbolic sines. */
  public final Tensor sinh() {
    return new Tensor(Sinh.of(variable()));
  }

  /** The hyperbolic cosines. */
  public final Tensor cosh() {
    return new Tensor(Cosh.of(variable()));
  }

  /** 2 to the power of this. */
  public final Tensor exp2() {
    return new Tensor(Exp2.of(variable()));
  }

  /** e to the power of this, less 1; precise near 0. */
  public final Tensor expm1() {
    return new Tensor(Expm1.of(variable()));
  }

  /** The natural logarithms of 1 + this, precise near 0; -inf at -1, NaN below. */
  public final Tensor log1p() {
    return new Tensor(Log1p.of(variable()));
  }

  /** The logarithms to base 2; -inf at 0, NaN below. */
  public final Tensor log2() {
    return new Tensor(Log2.of(variable()));
  }

  /** The logarithms to base 10; -inf at 0, NaN below. */
  public final Tensor log10() {
    return new Tensor(Log10.of(variable()));
  }

  /** 1 / √this; inf at 0, NaN below. */
  public final Tensor rsqrt() {
    return new Tensor(Rsqrt.of(variable()));
  }

  /** The smallest integers not below this; integers stay as they are. The gradient is 0. */
  public final Tensor ceil() {
    return new Tensor(Ceil.of(variable()));
  }

  /** The largest integers not above this; integers stay as they are. The gradient is 0. */
  public final Tensor floor() {
    return new Tensor(Floor.of(variable()));
  }

  /** This without its fraction; integers stay as they are. The gradient is 0. */
  public final Tensor trunc() {
    return new Tensor(Trunc.of(variable()));
  }

  /** The nearest integers, the even one of two; integers stay as they are. The gradient is 0. */
  public final Tensor round() {
    return new Tensor(Round.of(variable()));
  }

  /**
   * This rounded to so many decimals, half to even; the gradient is 0.
   *
   * @param decimals digits after the point; -2 rounds to hundreds
   */
  public final Tensor round(int decimals) {
    return new Tensor(Round.of(variable(), decimals));
  }

  /** This less its whole part, with its sign: 1.5 gives 0.5 and -1.5 gives -0.5. */
  public final Tensor frac() {
    return new Tensor(Frac.of(variable()));
  }

  /** 1 for positive elements, -1 for negative ones, 0 for 0 and NaN. The gradient is 0. */
  public final Tensor sign() {
    return new Tensor(Sign.of(variable()));
  }

  /** The error function, 2/√π ∫ e^-t² dt from 0 to this. */
  public final Tensor erf() {
    return new Tensor(Erf.of(variable()));
  }

  /** 1 - erf(this), precise where that is small. */
  public final Tensor erfc() {
    return new Tensor(Erfc.of(variable()));
  }

  /** The inverse of the error function; ±inf at ±1, NaN beyond. */
  public final Tensor erfinv() {
    return new Tensor(Erfinv.of(variable()));
  }

  /** The natural logarithms of |Γ(this)|; inf at 0 and the negative integers. */
  public final Tensor lgamma() {
    return new Tensor(Lgamma.of(variable()));
  }

  /** The derivative of ln Γ at this; ∓inf at ±0, NaN at the negative integers. */
  public final Tensor digamma() {
    return new Tensor(Digamma.of(variable()));
  }

  /**
   * A derivative of digamma at this.
   *
   * @param order which one: 1 for the first, 0 for digamma itself
   * @throws ClgradException if the order is not from 0 to 170
   */
  public final Tensor polygamma(int order) {
    return new Tensor(Polygamma.of(order, variable()));
  }

  /** The inverse of the sigmoid, ln(this / (1 - this)); -inf at 0, inf at 1, NaN beyond. */
  public final Tensor logit() {
    return new Tensor(Logit.of(variable(), -1));
  }

  /**
   * The inverse of the sigmoid of this held between eps and 1 - eps, outside of which the gradient
   * is 0.
   *
   * @param eps a negative one holds nothing
   */
  public final Tensor logit(Number eps) {
    return new Tensor(Logit.of(variable(), eps));
  }

  /** This with 0 for NaN and the largest and smallest finite numbers for inf and -inf. */
  public final Tensor nanToNum() {
    return nanToNum(0, null, null);
  }

  /**
   * This with numbers in the place of NaN, inf and -inf; the gradient there is 0.
   *
   * @param nan what stands for NaN
   * @param posinf what stands for inf; null for the largest finite number
   * @param neginf what stands for -inf; null for the smallest finite number
   */
  public final Tensor nanToNum(Number nan, @Nullable Number posinf, @Nullable Number neginf) {
    return new Tensor(NanToNum.of(variable(), nan, posinf, neginf));
  }

  /** Whether each element is NaN, as bool. */
  public final Tensor isnan() {
    return new Tensor(Isnan.of(variable()));
  }

  /** Whether each element is inf or -inf, as bool. */
  public final Tensor isinf() {
    return new Tensor(Isinf.of(variable()));
  }

  /** Whether each element is neither NaN nor infinite, as bool. */
  public final Tensor isfinite() {
    return new Tensor(Isfinite.of(variable()));
  }

  /** Whether each element is 0 (or false), as bool. */
  public final Tensor logicalNot() {
    return new Tensor(LogicalNot.of(variable()));
  }
}
