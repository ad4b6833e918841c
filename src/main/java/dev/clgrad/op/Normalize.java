package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** normalize: y = x / max(|x|, eps) along a dimension, in the p-norm. */
public final class Normalize extends CompositeOp {
  private static final Normalize OP = new Normalize();

  private Normalize() {
    super("normalize");
  }

  /**
   * Vectors of length 1, but for those shorter than eps.
   *
   * @param dim the dimension of the vectors; a negative one counts from the end
   * @throws dev.clgrad.ShapeException if the shapes do not fit
   * @throws dev.clgrad.DTypeException if the dtypes do not fit
   */
  public static Variable of(Variable x, double p, int dim, double eps) {
    Losses.check(OP.name(), x);
    int[] dims = Dims.of(OP.name(), x.shape(), dim);
    return Div.of(x, ClampMin.of(Norm.of(x, p, dims, true), eps));
  }
}
