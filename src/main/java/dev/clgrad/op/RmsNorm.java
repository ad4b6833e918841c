package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/**
 * rms_norm: y = h w with h = x / √(mean x² + eps) over the last dimensions, by the kernels of
 * layer_norm without a mean.
 */
public final class RmsNorm extends CompositeOp {
  private static final RmsNorm OP = new RmsNorm();

  private RmsNorm() {
    super("rms_norm");
  }

  /**
   * The root-mean-square norm over the last dimensions of x.
   *
   * @param normalized their sizes, at least one
   * @param weight of that shape and the dtype of x; null for ones
   * @param eps what is added to the mean of the squares; null for what 1 and the next larger number
   *     of the dtype differ by
   * @throws dev.clgrad.ShapeException if the shape of x does not end in {@code normalized}, or the
   *     weight has another shape
   * @throws dev.clgrad.DTypeException if the numbers are not floating-point, or the dtypes differ
   */
  public static Variable of(
      Variable x, Shape normalized, @Nullable Variable weight, @Nullable Double eps) {
    double added = eps != null ? eps : x.dtype() == DType.FLOAT64 ? Math.ulp(1.0) : Math.ulp(1.0f);
    return LayerNorm.apply(OP.name(), OP.nodeName(), x, normalized, weight, null, added, false);
  }
}
