package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Gradient;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What batch, instance and group norm share: y = h w + b with h = (x - mean) / √(variance + eps),
 * the statistics over some dimensions of x, and w and b for each channel. With g = dy w, dx = (g -
 * mean g - h mean(g h)) / √(variance + eps), dw = Σ dy h and db = Σ dy.
 *
 * <p>The statistics come from the kernels of var, which read x once; the rest is pointwise but for
 * two sums of the backward pass, of which all four that it needs are made.
 *
 * @param op the operation, for errors
 * @param node what the recorded operation is called
 * @param dims which dimensions of x the statistics are over, in ascending order
 * @param channels the shape of weight and bias seen beside x: of its rank, 1 where they repeat
 * @param eps what is added to the variance
 */
record ChannelNorm(String op, String node, int[] dims, Shape channels, double eps) {

  /** The result, and the statistics that were used. */
  record Result(Variable y, Moments moments) {}

  /**
   * The norm by the statistics of x itself.
   *
   * @param weight of the shape of channels, or null for ones
   * @param bias of the shape of channels, or null for zeros
   */
  Result of(Variable x, @Nullable Variable weight, @Nullable Variable bias) {
    Moments moments = Moments.of(x.detach(), dims);
    Variable y;
    Variable rstd;
    try (GradMode off = GradMode.set(false)) {
      rstd = reciprocalDeviation(moments.variance(0), eps);
      y = affine(Mul.of(Sub.of(x, moments.mean()), rstd), weight, bias);
    }
    List<Variable> inputs = new ArrayList<>(List.of(x));
    List<Variable> saved = new ArrayList<>(List.of(x, moments.mean(), rstd));
    if (weight != null) {
      inputs.add(weight);
      saved.add(weight);
    }
    if (bias != null) {
      inputs.add(bias);
    }
    boolean hasWeight = weight != null;
    boolean hasBias = bias != null;
    Node.record(node, inputs, List.of(y), saved, c -> gradient(c, hasWeight, hasBias));
    return new Result(y, moments);
  }

  /** 1 / √(variance + eps). */
  static Variable reciprocalDeviation(Variable variance, double eps) {
    return Reciprocal.of(Sqrt.of(Add.of(variance, eps)));
  }

  /** h w + b, each where it is there. */
  static Variable affine(Variable h, @Nullable Variable weight, @Nullable Variable bias) {
    Variable scaled = weight == null ? h : Mul.of(h, weight);
    return bias == null ? scaled : Add.of(scaled, bias);
  }

  private @Nullable Variable[] gradient(Gradient.Context c, boolean hasWeight, boolean hasBias) {
    Variable dy = c.dy();
    Variable x = c.saved(0);
    Variable mean = c.saved(1);
    Variable rstd = c.saved(2);
    @Nullable Variable weight = hasWeight ? c.saved(3) : null;
    if (c.createGraph()) {
      mean = Mean.of(x, dims, true);
      rstd = reciprocalDeviation(Mean.of(Square.of(Sub.of(x, mean)), dims, true), eps);
    }
    Variable apart = Sub.of(x, mean);
    // What both the statistics and the channels sum over comes first, and serves both.
    int[] common = IntStream.of(dims).filter(d -> channels.size(d) == 1).toArray();
    int[] further = IntStream.of(dims).filter(d -> channels.size(d) != 1).toArray();
    Variable sum = over(dy, common);
    Variable product = over(Mul.of(dy, apart), common);
    @Nullable Variable dx = null;
    if (c.needs(0)) {
      long n = IntStream.of(dims).mapToLong(d -> x.shape().size(d)).reduce(1, (a, b) -> a * b);
      Variable meanG = Div.of(over(affine(sum, weight, null), further), n);
      Variable slope =
          Mul.of(Mul.of(rstd, rstd), Div.of(over(affine(product, weight, null), further), n));
      Variable g = affine(dy, weight, null);
      // The two nearly cancel where a channel has few elements: h itself would round once more.
      dx = Mul.of(rstd, Sub.of(Sub.of(g, meanG), Mul.of(apart, slope)));
    }
    List<@Nullable Variable> wanted = new ArrayList<>();
    wanted.add(dx);
    if (hasWeight) {
      wanted.add(
          c.needs(1) ? Broadcast.reduceTo(Mul.of(product, rstd), channels, dy.dtype()) : null);
    }
    if (hasBias) {
      wanted.add(c.needs(hasWeight ? 2 : 1) ? Broadcast.reduceTo(sum, channels, dy.dtype()) : null);
    }
    return wanted.toArray(new @Nullable Variable[0]);
  }

  private static Variable over(Variable x, int[] dims) {
    return dims.length == 0 ? x : Sum.of(x, dims, true);
  }

  /**
   * Checks the numbers of x and that it has a dimension of channels behind the batch.
   *
   * @throws DTypeException if they are not floating-point
   * @throws ShapeException if there are fewer dimensions than {@code rank}
   */
  static void checkInput(String op, Variable x, int rank) {
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          op
              + ": takes floating-point numbers, not "
              + x.dtype()
              + "; convert with to(DType.FLOAT32)");
    }
    if (x.rank() < rank) {
      throw new ShapeException(
          op
              + ": the input of shape "
              + x.shape()
              + " has too few dimensions; expected at least "
              + rank
              + ": batch, channels"
              + (rank > 2 ? " and space" : ""));
    }
  }

  /**
   * Checks one parameter or running statistic: one element for each channel.
   *
   * @throws ShapeException if it has another shape
   * @throws DTypeException if it has another dtype than x
   */
  static void checkChannels(
      String op, String name, Variable x, long channels, @Nullable Variable parameter) {
    if (parameter == null) {
      return;
    }
    if (parameter.rank() != 1 || parameter.shape().size(0) != channels) {
      throw new ShapeException(
          op
              + ": the "
              + name
              + " has shape "
              + parameter.shape()
              + " and the input of shape "
              + x.shape()
              + " has "
              + channels
              + " channels; expected one element for each");
    }
    if (parameter.dtype() != x.dtype()) {
      throw new DTypeException(
          op
              + ": the "
              + name
              + " is of "
              + parameter.dtype()
              + " and the input of "
              + x.dtype()
              + "; convert one with to(DType)");
    }
  }

  /** A shape of a rank with the channels at dimension 1 and ones elsewhere. */
  static Shape beside(int rank, long channels) {
    long[] sizes = new long[rank];
    Arrays.fill(sizes, 1);
    sizes[1] = channels;
    return Shape.of(sizes);
  }

  /** A parameter seen in another shape; null for none. */
  static @Nullable Variable seen(@Nullable Variable parameter, Shape shape) {
    return parameter == null ? null : Reshape.of(parameter, shape);
  }
}
