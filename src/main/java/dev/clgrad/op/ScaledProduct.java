package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/**
 * y = beta input + alpha product, for addmm, addmv and baddbmm. What follows on the product is
 * computed in its launch.
 */
final class ScaledProduct {
  private ScaledProduct() {}

  /**
   * The combination, broadcast to the product's shape.
   *
   * @param rankA how many dimensions a must have
   * @param rankB how many b must have
   * @param beta the factor of the input; with 0 the input's values, NaN among them, do not matter
   */
  static Variable of(
      String op,
      Variable input,
      Variable a,
      int rankA,
      Variable b,
      int rankB,
      Number beta,
      Number alpha) {
    check(op, input, a, Matmul.check(op, a, rankA, b, rankB));
    checkFactor(op, "beta", a.dtype(), beta);
    checkFactor(op, "alpha", a.dtype(), alpha);
    Variable product = Matmul.of(op, a, b);
    Variable scaled = product;
    boolean ignored = beta.doubleValue() == 0;
    if (!Scaled.isOne(alpha) && (ignored || !Scaled.isOne(beta))) {
      scaled = Mul.of(product, alpha);
    }
    Variable y = scaled;
    if (!ignored) {
      y = scaled == product ? added(input, product, beta, alpha) : Add.of(scaled, input, beta);
    } else if (input.isDifferentiated()) {
      // Chooses the product everywhere: the input's gradient is 0, whatever its values.
      y = Where.of(Fill.of(a.scheduler(), DType.BOOL, Shape.SCALAR, 1), scaled, input);
    }
    // Nobody else can ask for these, so that they need not be stored.
    if (y != product) {
      product.storage().close();
    }
    if (y != scaled) {
      scaled.storage().close();
    }
    return y;
  }

  /** With one factor at most other than 1. */
  private static Variable added(Variable input, Variable product, Number beta, Number alpha) {
    return Scaled.isOne(beta) ? Add.of(input, product, alpha) : Add.of(product, input, beta);
  }

  private static void check(String op, Variable input, Variable a, Shape product) {
    if (input.dtype() != a.dtype()) {
      throw new DTypeException(
          op
              + ": the input of "
              + input.dtype()
              + " and shape "
              + input.shape()
              + " is added to a product of "
              + a.dtype()
              + ": the dtypes must be equal; convert one with to(DType)");
    }
    Shape shape = input.shape();
    int lead = product.rank() - shape.rank();
    boolean fits = lead >= 0;
    for (int d = 0; fits && d < shape.rank(); d++) {
      fits = shape.size(d) == 1 || shape.size(d) == product.size(lead + d);
    }
    if (!fits) {
      throw new ShapeException(
          op
              + ": the input of shape "
              + shape
              + " does not broadcast to the product of shape "
              + product
              + "; aligned at the last dimension, each of its sizes must be equal or 1");
    }
  }

  private static void checkFactor(String op, String name, DType dtype, Number factor) {
    if (!dtype.isFloating() && Pointwise.isFloating(factor)) {
      throw new DTypeException(
          op
              + ": "
              + name
              + " "
              + factor
              + " cannot scale tensors of "
              + dtype
              + "; use an integer, or convert with to(DType)");
    }
  }
}
