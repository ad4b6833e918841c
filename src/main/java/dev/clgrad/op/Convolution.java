package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Gradient;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * convolution: y[n, o, p] = Σ_c,k x[n, c, p stride + k dilation − padding] w[o, c, k] + bias[o], in
 * one to three dimensions and for each group of channels; and the transposed convolution, which is
 * its input gradient.
 *
 * <p>The gradients of a convolution are a transposed one and {@link ConvolutionWeight}, and theirs
 * are again among these three; so kernels and differentiable form are one.
 */
public final class Convolution extends KernelOp {
  private static final Convolution OP = new Convolution();

  private Convolution() {
    super("convolution", "conv/convolution.cl");
  }

  /**
   * A convolution.
   *
   * @param op the name for messages, such as {@code conv2d}
   * @param dims how many dimensions the kernel moves over
   * @param x of shape [batch, channels, …] or [channels, …]
   * @param weight of shape [out, channels / groups, kernel…]
   * @param bias of shape [out]; null for none
   * @throws ShapeException if shapes or settings do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public static Variable of(
      String op,
      int dims,
      Variable x,
      Variable weight,
      @Nullable Variable bias,
      ConvolutionSettings settings) {
    checkTypes(op, x, weight, bias);
    ConvolutionShape shape =
        ConvolutionShape.forward(op, dims, x.shape(), weight.shape(), settings);
    checkBias(shape, bias, shape.rows() * shape.groups());
    return widened(shape, false, x, weight, bias);
  }

  /**
   * A transposed convolution.
   *
   * @param op the name for messages, such as {@code conv_transpose2d}
   * @param dims how many dimensions the kernel moves over
   * @param x of shape [batch, channels, …] or [channels, …]
   * @param weight of shape [channels, out / groups, kernel…]
   * @param bias of shape [out]; null for none
   * @throws ShapeException if shapes or settings do not fit
   * @throws DTypeException if the dtypes differ or are not floating-point
   */
  public static Variable transposed(
      String op,
      int dims,
      Variable x,
      Variable weight,
      @Nullable Variable bias,
      ConvolutionSettings settings) {
    checkTypes(op, x, weight, bias);
    ConvolutionShape shape =
        ConvolutionShape.transposed(op, dims, x.shape(), weight.shape(), settings);
    checkBias(shape, bias, shape.channels() * shape.groups());
    return widened(shape, true, x, weight, bias);
  }

  private static Variable widened(
      ConvolutionShape shape,
      boolean transposed,
      Variable x,
      Variable weight,
      @Nullable Variable bias) {
    if (!Widened.isNeeded(x)) {
      return apply(shape, transposed, x, weight, bias);
    }
    @Nullable Variable wideBias = Widened.inOrNull(bias);
    return Widened.through(x, weight, (a, b) -> apply(shape, transposed, a, b, wideBias));
  }

  private static void checkTypes(String op, Variable x, Variable weight, @Nullable Variable bias) {
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          op
              + ": takes floating-point numbers, not "
              + x.dtype()
              + "; convert with to(DType.FLOAT32)");
    }
    boolean same = weight.dtype() == x.dtype() && (bias == null || bias.dtype() == x.dtype());
    if (!same) {
      throw new DTypeException(
          op
              + ": the input is of "
              + x.dtype()
              + ", the weight of "
              + weight.dtype()
              + (bias == null ? "" : " and the bias of " + bias.dtype())
              + "; the dtypes must be equal: convert with to(DType)");
    }
  }

  private static void checkBias(ConvolutionShape shape, @Nullable Variable bias, long channels) {
    if (bias != null && !bias.shape().equals(Shape.of(channels))) {
      throw new ShapeException(
          shape.op()
              + ": the bias has shape "
              + bias.shape()
              + "; with a weight of shape "
              + shape.weight()
              + " and groups = "
              + shape.groups()
              + " it must be ["
              + channels
              + "]");
    }
  }

  /**
   * From x to y of a shape, or transposed from y to x; differentiable.
   *
   * @param from what is convolved, x or y of the shape
   */
  static Variable apply(
      ConvolutionShape shape,
      boolean transposed,
      Variable from,
      Variable weight,
      @Nullable Variable bias) {
    Shape of = transposed ? shape.x() : shape.y();
    Variable product =
        new Variable(
            from.scheduler().newStorage(shape.op(), from.dtype(), of), Layout.contiguous(of));
    ConvolutionProduct.add(shape, transposed, from, weight, product, null);
    List<Variable> inputs = new ArrayList<>(List.of(from, weight));
    Variable y = product;
    int channelDim = of.rank() == shape.weight().rank() ? 1 : 0;
    if (bias != null) {
      inputs.add(bias);
      long[] sizes = new long[of.rank() - channelDim];
      Arrays.fill(sizes, 1);
      sizes[0] = of.size(channelDim);
      y = Add.of(product, Reshape.of(bias.detach(), Shape.of(sizes)));
      // Nobody else can ask for the product, so that it need not be stored.
      product.storage().close();
    }
    Node.record(
        OP.nodeName(),
        inputs,
        List.of(y),
        List.of(from, weight),
        c -> gradients(c, shape, transposed, bias != null, channelDim));
    return y;
  }

  private static @Nullable Variable[] gradients(
      Gradient.Context c,
      ConvolutionShape shape,
      boolean transposed,
      boolean hasBias,
      int channelDim) {
    Variable dy = c.dy();
    @Nullable Variable dx = c.needs(0) ? apply(shape, !transposed, dy, c.saved(1), null) : null;
    @Nullable Variable dw = null;
    if (c.needs(1)) {
      Variable x = c.saved(0);
      dw = transposed ? ConvolutionWeight.of(shape, x, dy) : ConvolutionWeight.of(shape, dy, x);
    }
    if (!hasBias) {
      return new @Nullable Variable[] {dx, dw};
    }
    @Nullable Variable db = null;
    if (c.needs(2)) {
      int[] others = IntStream.range(0, dy.rank()).filter(d -> d != channelDim).toArray();
      db = Sum.of(dy, others, false);
    }
    return new @Nullable Variable[] {dx, dw, db};
  }
}
