package dev.clgrad.nn;

import dev.clgrad.DTypeException;
import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer: y = x Wᵀ + b.
 *
 * <p>The weight has shape [out, in] and the bias [out]. Both start uniform in ±1/√in, as PyTorch's
 * do, drawn from clgrad's generator: {@code Clgrad.manualSeed} makes them the same each time.
 */
public final class Linear extends Module {
  private final long in;
  private final long out;
  private final Tensor weight;
  private final @Nullable Tensor bias;

  /**
   * A layer with a bias, in float32 on the default device.
   *
   * @param in features of the input
   * @param out features of the output
   * @throws ShapeException if one is not positive
   */
  public Linear(long in, long out) {
    this(in, out, true);
  }

  /**
   * A layer in float32 on the default device.
   *
   * @param in features of the input
   * @param out features of the output
   * @param withBias whether something is added to the product
   * @throws ShapeException if a number of features is not positive
   */
  public Linear(long in, long out, boolean withBias) {
    if (in < 1 || out < 1) {
      throw new ShapeException(
          "Linear: " + in + " features in and " + out + " out; expected at least 1 of each");
    }
    this.in = in;
    this.out = out;
    this.weight = parameter("weight", KaimingUniform.of(in, out, in));
    this.bias = withBias ? parameter("bias", KaimingUniform.of(in, out)) : null;
  }

  /**
   * Applies the layer.
   *
   * @param x of shape [..., in]
   * @return of shape [..., out]
   * @throws ShapeException if the last dimension of x is another
   * @throws DTypeException if x is not of the weight's dtype
   */
  @Override
  public Tensor forward(Tensor x) {
    if (x.dim() == 0 || x.size(-1) != in) {
      throw new ShapeException(
          describe()
              + ": the input has shape "
              + x.shape()
              + "; expected [..., "
              + in
              + "], so reshape it or make the layer for its size");
    }
    if (x.dtype() != weight.dtype()) {
      throw new DTypeException(
          describe()
              + ": the input is of "
              + x.dtype()
              + " and the weight of "
              + weight.dtype()
              + "; convert the input with to(DType)");
    }
    Tensor product = x.matmul(weight.transpose(0, 1));
    if (bias == null) {
      return product;
    }
    Tensor y = product.add(bias);
    // Nobody else can ask for the product, so that it need not be stored.
    product.close();
    return y;
  }

  /** The weight, of shape [out, in]. */
  public Tensor weight() {
    return weight;
  }

  /** The bias, of shape [out]; null for a layer without. */
  public @Nullable Tensor bias() {
    return bias;
  }

  @Override
  protected String describe() {
    return "Linear(" + in + ", " + out + (bias == null ? ", no bias)" : ")");
  }
}
