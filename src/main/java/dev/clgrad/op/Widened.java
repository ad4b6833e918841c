package dev.clgrad.op;

import dev.clgrad.tape.Variable;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Operations whose kernels compute with float32, for float16 and bfloat16: widened on the way in,
 * rounded once on the way out. The schedule makes both conversions part of the launches around them
 * where it can.
 */
final class Widened {
  private Widened() {}

  /** Whether an operation on x has to go by way of float32. */
  static boolean isNeeded(Variable x) {
    return x.dtype().isReduced();
  }

  /** The result of an operation on widened x, of the dtype of x. */
  static Variable through(Variable x, UnaryOperator<Variable> op) {
    return Cast.to(op.apply(in(x)), x.dtype());
  }

  /** The result of an operation on widened a and b, which are of one dtype. */
  static Variable through(Variable a, Variable b, BinaryOperator<Variable> op) {
    return Cast.to(op.apply(in(a), in(b)), a.dtype());
  }

  /** x in the type that its arithmetic is done in. */
  static Variable in(Variable x) {
    return Cast.to(x, x.dtype().arithmetic());
  }

  /** As {@link #in(Variable)}, for what may be absent. */
  static @Nullable Variable inOrNull(@Nullable Variable x) {
    return x == null ? null : in(x);
  }
}
