package dev.clgrad.nn;

import dev.clgrad.ConvOptions;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What the convolution layers have in common: their parameters. */
abstract class Convolution extends Module {
  private final String name;
  private final long in;
  private final long out;
  private final Shape kernel;
  private final ConvOptions options;
  private final Tensor weight;
  private final @Nullable Tensor bias;

  /**
   * A layer.
   *
   * @param channels of the input and of the result
   * @param kernel its size in each dimension
   */
  Convolution(
      String name,
      long[] channels,
      boolean transposed,
      long[] kernel,
      ConvOptions options,
      boolean withBias) {
    this.name = name;
    this.in = channels[0];
    this.out = channels[1];
    this.options = options;
    long groups = options.groups();
    boolean positive = Arrays.stream(kernel).allMatch(k -> k > 0);
    if (in < 1 || out < 1 || groups < 1 || in % groups != 0 || out % groups != 0 || !positive) {
      throw new ShapeException(
          name
              + ": "
              + in
              + " channels in, "
              + out
              + " out, groups = "
              + groups
              + " and kernel "
              + Arrays.toString(kernel)
              + "; expected positive numbers, and channels that groups divides");
    }
    this.kernel = Shape.of(kernel);
    long[] shape = new long[kernel.length + 2];
    shape[0] = transposed ? in : out;
    shape[1] = (transposed ? out : in) / groups;
    System.arraycopy(kernel, 0, shape, 2, kernel.length);
    long inputs = shape[1] * this.kernel.numel();
    this.weight = parameter("weight", KaimingUniform.of(inputs, shape));
    this.bias = withBias ? parameter("bias", KaimingUniform.of(inputs, out)) : null;
  }

  static long[] all(long kernel, int dims) {
    long[] all = new long[dims];
    Arrays.fill(all, kernel);
    return all;
  }

  final ConvOptions options() {
    return options;
  }

  /** The weight, whose last dimensions are the kernel's. */
  public final Tensor weight() {
    return weight;
  }

  /** The bias, of shape [out]; null for a layer without. */
  public final @Nullable Tensor bias() {
    return bias;
  }

  @Override
  protected final String describe() {
    String more = options.toString();
    return name
        + "("
        + in
        + ", "
        + out
        + ", kernel="
        + kernel
        + (more.isEmpty() ? "" : ", " + more)
        + (bias == null ? ", no bias)" : ")");
  }
}
