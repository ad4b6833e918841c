package dev.clgrad;

import dev.clgrad.op.Celu;
import dev.clgrad.op.Elu;
import dev.clgrad.op.Gelu;
import dev.clgrad.op.GeluTanh;
import dev.clgrad.op.Glu;
import dev.clgrad.op.Hardshrink;
import dev.clgrad.op.Hardsigmoid;
import dev.clgrad.op.Hardswish;
import dev.clgrad.op.Hardtanh;
import dev.clgrad.op.LeakyRelu;
import dev.clgrad.op.Logsigmoid;
import dev.clgrad.op.Mish;
import dev.clgrad.op.Prelu;
import dev.clgrad.op.Relu6;
import dev.clgrad.op.Selu;
import dev.clgrad.op.Silu;
import dev.clgrad.op.Softmin;
import dev.clgrad.op.Softplus;
import dev.clgrad.op.Softshrink;
import dev.clgrad.op.Softsign;
import dev.clgrad.op.Tanhshrink;
import dev.clgrad.op.Threshold;
import dev.clgrad.tape.Variable;

/** Activation functions. Integers become float32. */
abstract class TensorActivations extends TensorFunctions {
  TensorActivations(Variable variable) {
    super(variable);
  }

  /** This where it is positive, else e^this - 1. */
  public final Tensor elu() {
    return elu(1);
  }

  /**
   * This where it is positive, else alpha (e^this - 1); at 0 the gradient is alpha.
   *
   * @param alpha what it tends to for small numbers, negated
   */
  public final Tensor elu(Number alpha) {
    return new Tensor(Elu.of(variable(), alpha));
  }

  /** This where it is positive, else e^this - 1. */
  public final Tensor celu() {
    return celu(1);
  }

  /**
   * This where it is positive, else alpha (e^(this / alpha) - 1), whose gradient is continuous.
   *
   * @param alpha what it tends to for small numbers, negated
   * @throws ClgradException if alpha is 0
   */
  public final Tensor celu(Number alpha) {
    return new Tensor(Celu.of(variable(), alpha));
  }

  /**
   * The scaled exponential linear unit, with PyTorch's constants; it keeps mean 0 and variance 1.
   */
  public final Tensor selu() {
    return new Tensor(Selu.of(variable()));
  }

  /** this · Φ(this) with the normal distribution's Φ; NaN at -inf. */
  public final Tensor gelu() {
    return new Tensor(Gelu.of(variable()));
  }

  /**
   * this · Φ(this) with the normal distribution's Φ; NaN at -inf.
   *
   * @param approximate {@code "none"}, or {@code "tanh"} for (1 + tanh(√(2/π) (x + 0.044715 x³))) /
   *     2 in the place of Φ(x)
   * @throws ClgradException for another text
   */
  public final Tensor gelu(String approximate) {
    return switch (approximate) {
      case "none" -> gelu();
      case "tanh" -> new Tensor(GeluTanh.of(variable()));
      default ->
          throw new ClgradException(
              "gelu: approximate must be \"none\" or \"tanh\", not \"" + approximate + "\"");
    };
  }

  /** {@link #glu(int)} of the last dimension. */
  public final Tensor glu() {
    return glu(-1);
  }

  /**
   * The first half of a dimension times the sigmoid of the second.
   *
   * @param dim the dimension; a negative one counts from the end
   * @throws ShapeException if there is no such dimension, or its size is odd
   */
  public final Tensor glu(int dim) {
    return new Tensor(Glu.of(variable(), dim));
  }

  /** This, but 0 from -0.5 to 0.5. */
  public final Tensor hardshrink() {
    return hardshrink(0.5);
  }

  /**
   * This, but 0 from -lambd to lambd, where the gradient is 0 too.
   *
   * @param lambd the bound
   */
  public final Tensor hardshrink(Number lambd) {
    return new Tensor(Hardshrink.of(variable(), lambd));
  }

  /** This, 0.5 nearer to 0, and 0 from -0.5 to 0.5. */
  public final Tensor softshrink() {
    return softshrink(0.5);
  }

  /**
   * This, lambd nearer to 0, and 0 from -lambd to lambd, where the gradient is 0 too.
   *
   * @param lambd the bound
   * @throws ClgradException if lambd is negative
   */
  public final Tensor softshrink(Number lambd) {
    return new Tensor(Softshrink.of(variable(), lambd));
  }

  /** this - tanh(this). */
  public final Tensor tanhshrink() {
    return new Tensor(Tanhshrink.of(variable()));
  }

  /** (this + 3) / 6, at least 0 and at most 1; the gradient at both ends is 0. */
  public final Tensor hardsigmoid() {
    return new Tensor(Hardsigmoid.of(variable()));
  }

  /** this · hardsigmoid(this); NaN at -inf. */
  public final Tensor hardswish() {
    return new Tensor(Hardswish.of(variable()));
  }

  /** This, at least -1 and at most 1; the gradient at both ends is 0. */
  public final Tensor hardtanh() {
    return hardtanh(-1, 1);
  }

  /**
   * This, at least min and at most max; the gradient at both ends is 0.
   *
   * @param min the lower end
   * @param max the upper end; what everything becomes where it is below the lower one
   */
  public final Tensor hardtanh(Number min, Number max) {
    return new Tensor(Hardtanh.of(variable(), min, max));
  }

  /** This, at least 0 and at most 6; the gradient at both ends is 0. */
  public final Tensor relu6() {
    return new Tensor(Relu6.of(variable()));
  }

  /** This where it is positive, else a hundredth of it. */
  public final Tensor leakyRelu() {
    return leakyRelu(0.01);
  }

  /**
   * This where it is positive, else negativeSlope times it; at 0 the gradient is negativeSlope.
   *
   * @param negativeSlope the factor of negative numbers
   */
  public final Tensor leakyRelu(Number negativeSlope) {
    return new Tensor(LeakyRelu.of(variable(), negativeSlope));
  }

  /**
   * This where it is positive, else weight times this; at 0 the gradient is that of negative
   * numbers.
   *
   * @param weight one number, or a vector of one for each channel (dimension 1)
   * @throws ShapeException if there are neither one nor as many weights as channels
   */
  public final Tensor prelu(Tensor weight) {
    return new Tensor(Prelu.of(variable(), weight.variable()));
  }

  /** The logarithm of the sigmoid, without overflow. */
  public final Tensor logsigmoid() {
    return new Tensor(Logsigmoid.of(variable()));
  }

  /** this · tanh(softplus(this)); NaN at -inf. */
  public final Tensor mish() {
    return new Tensor(Mish.of(variable()));
  }

  /** this · sigmoid(this), also called swish; NaN at -inf. */
  public final Tensor silu() {
    return new Tensor(Silu.of(variable()));
  }

  /** ln(1 + e^this), a smooth relu; from 20 on this itself. */
  public final Tensor softplus() {
    return softplus(1, 20);
  }

  /**
   * ln(1 + e^(beta this)) / beta, a smooth relu.
   *
   * @param beta the larger, the nearer to relu
   * @param threshold where beta · this is above it, the result is this
   */
  public final Tensor softplus(Number beta, Number threshold) {
    return new Tensor(Softplus.of(variable(), beta, threshold));
  }

  /** this / (1 + |this|); NaN at infinities. */
  public final Tensor softsign() {
    return new Tensor(Softsign.of(variable()));
  }

  /**
   * This where it is above a threshold, else a value; there, and at the threshold, the gradient is
   * 0.
   */
  public final Tensor threshold(Number threshold, Number value) {
    return new Tensor(Threshold.of(variable(), threshold, value));
  }

  /**
   * The softmax of -this over a dimension.
   *
   * @param dim the dimension; a negative one counts from the end
   * @throws ShapeException if there is no such dimension
   * @throws DTypeException for integers and bool
   */
  public final Tensor softmin(int dim) {
    return new Tensor(Softmin.of(variable(), dim, null));
  }

  /** The softmax of -this over a dimension, computed and given in a dtype. */
  public final Tensor softmin(int dim, DType dtype) {
    return new Tensor(Softmin.of(variable(), dim, dtype));
  }
}
