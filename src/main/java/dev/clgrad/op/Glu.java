package dev.clgrad.op;

import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/**
 * glu: y = a sigmoid(b), where a and b are the halves of x; one launch of those of mul and sigmoid.
 */
public final class Glu extends CompositeOp {
  private static final Glu OP = new Glu();

  private Glu() {
    super("glu");
  }

  /**
   * The first half of a dimension times the sigmoid of the second.
   *
   * @param dim the dimension; a negative one counts from the end
   * @throws ShapeException if there is no such dimension, or its size is odd
   */
  public static Variable of(Variable x, int dim) {
    if (x.rank() == 0) {
      throw new ShapeException("glu: a tensor of shape () has no dimension to halve; reshape it");
    }
    int d = x.shape().dim(OP.name(), dim);
    long size = x.shape().size(d);
    if (size % 2 != 0) {
      throw new ShapeException(
          "glu: dimension "
              + dim
              + " of shape "
              + x.shape()
              + " must have an even size to be halved, not "
              + size);
    }
    Variable a = Narrow.of(x, d, 0, size / 2);
    Variable b = Narrow.of(x, d, size / 2, size / 2);
    return Mul.of(a, Sigmoid.of(b));
  }
}
