package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/** softmin: y = softmax(-x), whose kernel takes in the negation. */
public final class Softmin extends CompositeOp {
  private Softmin() {
    super("softmin");
  }

  /**
   * The softmax of -x over one dimension.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param dtype what x is converted to first; null for its own type
   * @throws dev.clgrad.ShapeException if there is no such dimension
   * @throws dev.clgrad.DTypeException if the numbers are not floating-point
   */
  public static Variable of(Variable x, int dim, @Nullable DType dtype) {
    return Softmax.of(Neg.of(dtype == null ? x : Cast.to(x, dtype)), dim, null);
  }
}
