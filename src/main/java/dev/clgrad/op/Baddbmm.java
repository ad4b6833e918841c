package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** baddbmm: y = beta input + alpha a[p] b[p]. */
public final class Baddbmm extends CompositeOp {
  private static final Baddbmm OP = new Baddbmm();

  private Baddbmm() {
    super("baddbmm");
  }

  /**
   * beta times an input plus alpha times the products of two equally long batches of matrices.
   *
   * @param input of a shape that broadcasts to the product's
   * @param beta its factor; with 0 its values do not matter
   * @throws dev.clgrad.ShapeException if a or b has not three dimensions, batches differ, inner
   *     sizes differ, or the input does not broadcast to the product
   * @throws dev.clgrad.DTypeException if the dtypes differ or are bool, or a factor of integers is
   *     no integer
   */
  public static Variable of(Variable input, Variable a, Variable b, Number beta, Number alpha) {
    return ScaledProduct.of(OP.name(), input, a, 3, b, 3, beta, alpha);
  }
}
