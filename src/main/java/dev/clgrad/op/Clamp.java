package dev.clgrad.op;

import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/**
 * clamp: y = min(max(x, low), high), so high where the bounds cross; dy goes to x from bound to
 * bound, else to the bound.
 */
public final class Clamp extends CompositeOp {
  private static final Clamp OP = new Clamp();

  private Clamp() {
    super("clamp");
  }

  /**
   * x between two Java scalars.
   *
   * @param low the least value; null for none
   * @param high the largest value; null for none
   * @throws ClgradException if both are null
   */
  public static Variable of(Variable x, @Nullable Number low, @Nullable Number high) {
    checkGiven(low, high);
    Variable y = low == null ? x : ClampMin.of(x, low);
    return high == null ? y : ClampMax.of(y, high);
  }

  /**
   * x between two variables, all broadcast.
   *
   * @param low the least values; null for none
   * @param high the largest values; null for none
   * @throws ClgradException if both are null
   * @throws dev.clgrad.ShapeException if they do not broadcast
   */
  public static Variable of(Variable x, @Nullable Variable low, @Nullable Variable high) {
    checkGiven(low, high);
    Shape shape = low == null ? x.shape() : Shape.broadcast(OP.name(), x.shape(), low.shape());
    if (high != null) {
      Shape.broadcast(OP.name(), shape, high.shape());
    }
    Variable y = low == null ? x : ClampMin.of(x, low);
    return high == null ? y : ClampMax.of(y, high);
  }

  private static void checkGiven(@Nullable Object low, @Nullable Object high) {
    if (low == null && high == null) {
      throw new ClgradException("clamp: neither a least nor a largest value is given; give one");
    }
  }

  /** A bound for the integers of x that their type can hold, to the same effect. */
  static Number storable(Variable x, Number bound) {
    if (Pointwise.isFloating(bound)) {
      return bound;
    }
    DType dtype = x.dtype();
    long value = bound.longValue();
    return switch (dtype) {
      case UINT8 -> (Number) Math.max(0, Math.min(value, 255));
      case INT32 -> (Number) Math.max(Integer.MIN_VALUE, Math.min(value, Integer.MAX_VALUE));
      default -> bound;
    };
  }
}
