package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** addmv: y = beta input + alpha a b. */
public final class Addmv extends CompositeOp {
  private static final Addmv OP = new Addmv();

  private Addmv() {
    super("addmv");
  }

  /**
   * beta times an input plus alpha times the product of a matrix and a vector.
   *
   * @param input of a shape that broadcasts to the product's
   * @param beta its factor; with 0 its values do not matter
   * @throws dev.clgrad.ShapeException if a is no matrix or b no vector, inner sizes differ, or the
   *     input does not broadcast to the product
   * @throws dev.clgrad.DTypeException if the dtypes differ or are bool, or a factor of integers is
   *     no integer
   */
  public static Variable of(Variable input, Variable a, Variable b, Number beta, Number alpha) {
    return ScaledProduct.of(OP.name(), input, a, 2, b, 1, beta, alpha);
  }
}
