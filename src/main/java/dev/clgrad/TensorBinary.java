package dev.clgrad;

import dev.clgrad.op.Addcdiv;
import dev.clgrad.op.Addcmul;
import dev.clgrad.op.Atan2;
import dev.clgrad.op.BitwiseAnd;
import dev.clgrad.op.BitwiseLeftShift;
import dev.clgrad.op.BitwiseNot;
import dev.clgrad.op.BitwiseOr;
import dev.clgrad.op.BitwiseRightShift;
import dev.clgrad.op.BitwiseXor;
import dev.clgrad.op.Clamp;
import dev.clgrad.op.ClampMax;
import dev.clgrad.op.ClampMin;
import dev.clgrad.op.Copysign;
import dev.clgrad.op.FloorDivide;
import dev.clgrad.op.Fmax;
import dev.clgrad.op.Fmin;
import dev.clgrad.op.Fmod;
import dev.clgrad.op.Hypot;
import dev.clgrad.op.Lerp;
import dev.clgrad.op.Logaddexp;
import dev.clgrad.op.LogicalAnd;
import dev.clgrad.op.LogicalOr;
import dev.clgrad.op.LogicalXor;
import dev.clgrad.op.MaskedFill;
import dev.clgrad.op.Remainder;
import dev.clgrad.op.Xlogy;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/**
 * Further pointwise functions of two and three arguments, which broadcast and whose types are
 * promoted as in {@link TensorPointwise}.
 */
abstract class TensorBinary extends TensorActivations {
  TensorBinary(Variable variable) {
    super(variable);
  }

  /**
   * The angle of the points (other, this), from -π to π: the arc tangent of this / other in the
   * right quadrant. Integers give float32.
   */
  public final Tensor atan2(Tensor other) {
    return new Tensor(Atan2.of(variable(), other.variable()));
  }

  /** √(this² + other²) without overflow. Integers give float32. */
  public final Tensor hypot(Tensor other) {
    return new Tensor(Hypot.of(variable(), other.variable()));
  }

  /** The magnitude of this with the sign of other. Integers give float32. */
  public final Tensor copysign(Tensor other) {
    return new Tensor(Copysign.of(variable(), other.variable()));
  }

  /** The magnitude of this with the sign of other. Integers give float32. */
  public final Tensor copysign(Number other) {
    return new Tensor(Copysign.of(variable(), other));
  }

  /**
   * The larger of both, the other one where one is NaN; of equal elements this has the gradient.
   */
  public final Tensor fmax(Tensor other) {
    return new Tensor(Fmax.of(variable(), other.variable()));
  }

  /**
   * The smaller of both, the other one where one is NaN; of equal elements this has the gradient.
   */
  public final Tensor fmin(Tensor other) {
    return new Tensor(Fmin.of(variable(), other.variable()));
  }

  /**
   * The remainder of this / other with the sign of this, as {@code %} in Java.
   *
   * @throws ClgradException if an integer is divided by 0: at once on the CPU, at the next host
   *     read elsewhere
   */
  public final Tensor fmod(Tensor other) {
    return new Tensor(Fmod.of(variable(), other.variable()));
  }

  /**
   * The remainder of this / other with the sign of this, as {@code %} in Java.
   *
   * @throws ClgradException if an integer is divided by 0
   */
  public final Tensor fmod(Number other) {
    return new Tensor(Fmod.of(variable(), other));
  }

  /**
   * The remainder of this / other with the sign of other, as {@code %} in Python.
   *
   * @throws ClgradException if an integer is divided by 0: at once on the CPU, at the next host
   *     read elsewhere
   */
  public final Tensor remainder(Tensor other) {
    return new Tensor(Remainder.of(variable(), other.variable()));
  }

  /**
   * The remainder of this / other with the sign of other, as {@code %} in Python.
   *
   * @throws ClgradException if an integer is divided by 0
   */
  public final Tensor remainder(Number other) {
    return new Tensor(Remainder.of(variable(), other));
  }

  /**
   * this / other rounded down; integers stay integers. The gradients are 0.
   *
   * @throws ClgradException if an integer is divided by 0: at once on the CPU, at the next host
   *     read elsewhere
   */
  public final Tensor floorDivide(Tensor other) {
    return new Tensor(FloorDivide.of(variable(), other.variable()));
  }

  /**
   * this / other rounded down; integers stay integers. The gradients are 0.
   *
   * @throws ClgradException if an integer is divided by 0
   */
  public final Tensor floorDivide(Number other) {
    return new Tensor(FloorDivide.of(variable(), other));
  }

  /** this · ln(other), 0 where this is 0 and other is no NaN. Integers give float32. */
  public final Tensor xlogy(Tensor other) {
    return new Tensor(Xlogy.of(variable(), other.variable()));
  }

  /** this · ln(other), 0 where this is 0 and other is no NaN. Integers give float32. */
  public final Tensor xlogy(Number other) {
    return new Tensor(Xlogy.of(variable(), other));
  }

  /** ln(e^this + e^other) without overflow. Integers give float32. */
  public final Tensor logaddexp(Tensor other) {
    return new Tensor(Logaddexp.of(variable(), other.variable()));
  }

  /**
   * this + weight · (end - this): what lies between both.
   *
   * @throws DTypeException if they are not floating-point numbers
   */
  public final Tensor lerp(Tensor end, Number weight) {
    return new Tensor(Lerp.of(variable(), end.variable(), weight));
  }

  /**
   * this + weight · (end - this): what lies between both, all broadcast.
   *
   * @throws DTypeException if they are not floating-point numbers
   */
  public final Tensor lerp(Tensor end, Tensor weight) {
    return new Tensor(Lerp.of(variable(), end.variable(), weight.variable()));
  }

  /** this + a · b, all broadcast. */
  public final Tensor addcmul(Tensor a, Tensor b) {
    return addcmul(a, b, 1);
  }

  /** this + value · a · b, all broadcast. */
  public final Tensor addcmul(Tensor a, Tensor b, Number value) {
    return new Tensor(Addcmul.of(variable(), a.variable(), b.variable(), value));
  }

  /**
   * this + a / b, all broadcast.
   *
   * @throws DTypeException if both a and b are integers
   */
  public final Tensor addcdiv(Tensor a, Tensor b) {
    return addcdiv(a, b, 1);
  }

  /**
   * this + value · a / b, all broadcast.
   *
   * @throws DTypeException if both a and b are integers
   */
  public final Tensor addcdiv(Tensor a, Tensor b, Number value) {
    return new Tensor(Addcdiv.of(variable(), a.variable(), b.variable(), value));
  }

  /**
   * Each element between two bounds: max where they cross. The gradient is that of this from bound
   * to bound, both included, else 0.
   *
   * @param min the least value; null for none
   * @param max the largest value; null for none
   * @throws ClgradException if both are null
   */
  public final Tensor clamp(@Nullable Number min, @Nullable Number max) {
    return new Tensor(Clamp.of(variable(), min, max));
  }

  /**
   * Each element between two bounds, all broadcast: max where they cross. The gradient is that of
   * this from bound to bound, both included, else that of the bound.
   *
   * @param min the least values; null for none
   * @param max the largest values; null for none
   * @throws ClgradException if both are null
   */
  public final Tensor clamp(@Nullable Tensor min, @Nullable Tensor max) {
    return new Tensor(
        Clamp.of(
            variable(), min == null ? null : min.variable(), max == null ? null : max.variable()));
  }

  /** Each element, but a bound where it is beyond it, as the least value. */
  public final Tensor clampMin(Number bound) {
    return new Tensor(ClampMin.of(variable(), bound));
  }

  /** Each element, but a bound where it is beyond it, as the least value; broadcast. */
  public final Tensor clampMin(Tensor bound) {
    return new Tensor(ClampMin.of(variable(), bound.variable()));
  }

  /** Each element, but a bound where it is beyond it, as the largest value. */
  public final Tensor clampMax(Number bound) {
    return new Tensor(ClampMax.of(variable(), bound));
  }

  /** Each element, but a bound where it is beyond it, as the largest value; broadcast. */
  public final Tensor clampMax(Tensor bound) {
    return new Tensor(ClampMax.of(variable(), bound.variable()));
  }

  /**
   * A value where a mask holds, else this, of the dtype of this; broadcast. There the gradient is
   * exactly 0.
   *
   * @param mask of bool, as comparisons give
   * @throws DTypeException if it is not, or a fraction would be stored in integers
   */
  public final Tensor maskedFill(Tensor mask, Number value) {
    return new Tensor(MaskedFill.of(variable(), mask.variable(), value));
  }

  /**
   * A value where a mask holds, else this, of the dtype of this; broadcast. There the gradient is
   * that of the value.
   *
   * @param mask of bool, as comparisons give
   * @param value a single number, of no dimensions
   * @throws DTypeException if the mask is not of bool, or the value is of a wider kind than this
   */
  public final Tensor maskedFill(Tensor mask, Tensor value) {
    return new Tensor(MaskedFill.of(variable(), mask.variable(), value.variable()));
  }

  /** Whether both are not 0, as bool. */
  public final Tensor logicalAnd(Tensor other) {
    return new Tensor(LogicalAnd.of(variable(), other.variable()));
  }

  /** Whether at least one is not 0, as bool. */
  public final Tensor logicalOr(Tensor other) {
    return new Tensor(LogicalOr.of(variable(), other.variable()));
  }

  /** Whether exactly one is not 0, as bool. */
  public final Tensor logicalXor(Tensor other) {
    return new Tensor(LogicalXor.of(variable(), other.variable()));
  }

  /**
   * The bits that both have; of bools, whether it holds.
   *
   * @throws DTypeException if one is of a floating-point type
   */
  public final Tensor bitwiseAnd(Tensor other) {
    return new Tensor(BitwiseAnd.of(variable(), other.variable()));
  }

  /**
   * The bits that both have; of bools, whether it holds.
   *
   * @throws DTypeException if one is of a floating-point type
   */
  public final Tensor bitwiseAnd(Number other) {
    return new Tensor(BitwiseAnd.of(variable(), other));
  }

  /**
   * The bits that at least one has; of bools, whether it holds.
   *
   * @throws DTypeException if one is of a floating-point type
   */
  public final Tensor bitwiseOr(Tensor other) {
    return new Tensor(BitwiseOr.of(variable(), other.variable()));
  }

  /**
   * The bits that at least one has; of bools, whether it holds.
   *
   * @throws DTypeException if one is of a floating-point type
   */
  public final Tensor bitwiseOr(Number other) {
    return new Tensor(BitwiseOr.of(variable(), other));
  }

  /**
   * The bits that exactly one has; of bools, whether it holds.
   *
   * @throws DTypeException if one is of a floating-point type
   */
  public final Tensor bitwiseXor(Tensor other) {
    return new Tensor(BitwiseXor.of(variable(), other.variable()));
  }

  /**
   * The bits that exactly one has; of bools, whether it holds.
   *
   * @throws DTypeException if one is of a floating-point type
   */
  public final Tensor bitwiseXor(Number other) {
    return new Tensor(BitwiseXor.of(variable(), other));
  }

  /**
   * The bits that this has not; of bools, whether it does not hold.
   *
   * @throws DTypeException if this is of a floating-point type
   */
  public final Tensor bitwiseNot() {
    return new Tensor(BitwiseNot.of(variable()));
  }

  /**
   * The bits moved up by a number of places: 0 where all are moved out or the number is negative.
   *
   * @throws DTypeException if they are not integers
   */
  public final Tensor bitwiseLeftShift(Tensor places) {
    return new Tensor(BitwiseLeftShift.of(variable(), places.variable()));
  }

  /**
   * The bits moved up by a number of places: 0 where all are moved out or the number is negative.
   *
   * @throws DTypeException if they are not integers
   */
  public final Tensor bitwiseLeftShift(Number places) {
    return new Tensor(BitwiseLeftShift.of(variable(), places));
  }

  /**
   * The bits moved down by a number of places, the sign being kept: 0 or -1 where all are moved out
   * or the number is negative.
   *
   * @throws DTypeException if they are not integers
   */
  public final Tensor bitwiseRightShift(Tensor places) {
    return new Tensor(BitwiseRightShift.of(variable(), places.variable()));
  }

  /**
   * The bits moved down by a number of places, the sign being kept: 0 or -1 where all are moved out
   * or the number is negative.
   *
   * @throws DTypeException if they are not integers
   */
  public final Tensor bitwiseRightShift(Number places) {
    return new Tensor(BitwiseRightShift.of(variable(), places));
  }
}
