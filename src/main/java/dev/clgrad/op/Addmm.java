package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** addmm: y = beta input + alpha a b. */
public final class Addmm extends CompositeOp {
  private static final Addmm OP = new Addmm();

  private Addmm() {
    super("addmm");
  }

  /**
   * beta times an input plus alpha times the product of two matrices.
   *
   * @param input of a shape that broadcasts to the product's
   * @param beta its factor; with 0 its values do not matter
   * @throws dev.clgrad.ShapeException if a or b is no matrix, inner sizes differ, or the input does
   *     not broadcast to the product
   * @throws dev.clgrad.DTypeException if the dtypes differ or are bool, or a factor of integers is
   *     no integer
   */
  public static Variable of(Variable input, Variable a, Variable b, Number beta, Number alpha) {
    return ScaledProduct.of(OP.name(), input, a, 2, b, 2, beta, alpha);
  }
}
