package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/** linear: y = x Wᵀ + b, with the bias added in the product's launch. */
public final class Linear extends CompositeOp {
  private static final Linear OP = new Linear();

  private Linear() {
    super("linear");
  }

  /**
   * The linear layer's function.
   *
   * @param x of shape (…, in)
   * @param weight of shape (out, in), or (in) for a result without the last dimension
   * @param bias of shape (out), or a scalar for a weight of one dimension; null for none
   * @throws ShapeException if the shapes are others
   * @throws DTypeException if the dtypes differ or are bool
   */
  public static Variable of(Variable x, Variable weight, @Nullable Variable bias) {
    check(x, weight, bias);
    Variable columns = weight.rank() == 2 ? Transpose.of(weight, 0, 1) : weight;
    Variable product = Matmul.of(OP.name(), x, columns);
    return bias == null ? product : plus(product, bias);
  }

  /** The sum with a product that nobody else can ask for, so that it need not be stored. */
  static Variable plus(Variable product, Variable bias) {
    Variable y = Add.of(product, bias);
    product.storage().close();
    return y;
  }

  private static void check(Variable x, Variable weight, @Nullable Variable bias) {
    if (weight.rank() < 1 || weight.rank() > 2) {
      throw new ShapeException(
          "linear: the weight has shape " + weight.shape() + "; expected [out, in] or [in]");
    }
    if (x.rank() == 0 || x.shape().size(-1) != weight.shape().size(-1)) {
      throw new ShapeException(
          "linear: the input has shape "
              + x.shape()
              + " and the weight "
              + weight.shape()
              + "; the last sizes must be equal, so reshape the input or transpose the weight");
    }
    checkBias(OP.name(), bias, x, weight.rank() == 2 ? Shape.of(weight.shape().size(0)) : null);
  }

  /**
   * Checks a bias, where there is one.
   *
   * @param shape the shape it must have; null for a scalar
   */
  static void checkBias(String op, @Nullable Variable bias, Variable x, @Nullable Shape shape) {
    if (bias == null) {
      return;
    }
    Shape expected = shape == null ? Shape.SCALAR : shape;
    if (!bias.shape().equals(expected)) {
      throw new ShapeException(
          op
              + ": the bias has shape "
              + bias.shape()
              + "; expected "
              + expected
              + ", one number for each feature of the result");
    }
    if (bias.dtype() != x.dtype()) {
      throw new DTypeException(
          op
              + ": the bias is of "
              + bias.dtype()
              + " and the input of "
              + x.dtype()
              + "; convert one with to(DType)");
    }
  }
}
