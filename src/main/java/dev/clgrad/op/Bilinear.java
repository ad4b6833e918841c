package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** bilinear: y[…, k] = Σ_ij a[…, i] W[k, i, j] b[…, j] + bias[k], as two matrix products. */
public final class Bilinear extends CompositeOp {
  private static final Bilinear OP = new Bilinear();

  private Bilinear() {
    super("bilinear");
  }

  /**
   * The bilinear form of two inputs for each feature of the result.
   *
   * @param a of shape (…, in1)
   * @param b of shape (…, in2), with the same dimensions before the last
   * @param weight of shape (out, in1, in2)
   * @param bias of shape (out); null for none
   * @throws ShapeException if the shapes are others
   * @throws DTypeException if the dtypes differ or are bool
   */
  public static Variable of(Variable a, Variable b, Variable weight, @Nullable Variable bias) {
    check(a, b, weight);
    Linear.checkBias(OP.name(), bias, a, Shape.of(weight.shape().size(0)));
    long out = weight.shape().size(0);
    long in1 = weight.shape().size(1);
    long in2 = weight.shape().size(2);
    long[] sizes = a.shape().toArray();
    long rows = Shape.of(Arrays.copyOf(sizes, sizes.length - 1)).numel();
    // (rows, out · in1): what each row of b makes of W.
    Variable forms =
        Matmul.of(
            OP.name(),
            Reshape.of(b, Shape.of(rows, in2)),
            Transpose.of(Reshape.of(weight, Shape.of(out * in1, in2)), 0, 1));
    Variable product =
        Matmul.of(
            OP.name(),
            Reshape.of(forms, Shape.of(rows, out, in1)),
            Reshape.of(a, Shape.of(rows, in1, 1)));
    sizes[sizes.length - 1] = out;
    Variable y = Reshape.of(product, Shape.of(sizes));
    return bias == null ? y : Linear.plus(y, bias);
  }

  private static void check(Variable a, Variable b, Variable weight) {
    if (weight.rank() != 3) {
      throw new ShapeException(
          "bilinear: the weight has shape " + weight.shape() + "; expected [out, in1, in2]");
    }
    boolean fits = a.rank() > 0 && a.rank() == b.rank();
    for (int d = 0; fits && d < a.rank() - 1; d++) {
      fits = a.shape().size(d) == b.shape().size(d);
    }
    if (!fits) {
      throw new ShapeException(
          "bilinear: the inputs have shapes "
              + a.shape()
              + " and "
              + b.shape()
              + "; all sizes but the last must be equal");
    }
    if (a.shape().size(-1) != weight.shape().size(1)
        || b.shape().size(-1) != weight.shape().size(2)) {
      throw new ShapeException(
          "bilinear: the inputs of shapes "
              + a.shape()
              + " and "
              + b.shape()
              + " do not fit the weight of shape "
              + weight.shape()
              + "; expected [..., "
              + weight.shape().size(1)
              + "] and [..., "
              + weight.shape().size(2)
              + "]");
    }
    if (a.dtype() != weight.dtype() || b.dtype() != weight.dtype()) {
      throw new DTypeException(
          "bilinear: inputs of "
              + a.dtype()
              + " and "
              + b.dtype()
              + " with a weight of "
              + weight.dtype()
              + ": the dtypes must be equal; convert with to(DType)");
    }
  }
}
