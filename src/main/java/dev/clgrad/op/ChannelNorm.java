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
 * <p>Here the statistics come from the kernels of var, which read x once, and the two sums that
 * backward is made of from those of batch_norm, which read x and dy once; the rest is pointwise.
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
    @Nullable ChannelAffine kernels = ChannelAffine.of(x, dims);
    Variable y;
    try (GradMode off = GradMode.set(false)) {
      if (kernels == null) {
        Variable rstd = reciprocalDeviation(moments.variance(0), eps);
        y = affine(Mul.of(Sub.of(x, moments.mean()), rstd), weight, bias);
      } else {
        y = kernels.forward(x, moments, weight, bias, eps);
      }
    }
    List<Variable> saved = new ArrayList<>(List.of(x, moments.mean(), moments.squares()));
    if (weight != null) {
      saved.add(weight);
    }
    boolean hasWeight = weight != null;
    boolean hasBias = bias != null;
    Node.record(
        node,
        NormKernels.inputs(x, weight, bias),
        List.of(y),
        saved,
        c -> {
          @Nullable Variable scale = hasWeight ? c.saved(3) : null;
          Wanted wanted = Wanted.of(c, hasWeight, hasBias);
          return NormKernels.given(
              c.createGraph()
                  ? differentiable(c.dy(), c.saved(0), scale, wanted)
                  : backward(c, scale, wanted),
              hasWeight,
              hasBias);
        });
    return new Result(y, moments);
  }

  /** Which gradients are needed. */
  record Wanted(boolean x, boolean weight, boolean bias) {
    static Wanted of(Gradient.Context c, boolean hasWeight, boolean hasBias) {
      return new Wanted(c.needs(0), hasWeight && c.needs(1), hasBias && c.needs(hasWeight ? 2 : 1));
    }
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

  private @Nullable Variable[] backward(
      Gradient.Context c, @Nullable Variable weight, Wanted wanted) {
    Variable x = c.saved(0);
    Variable mean = c.saved(1);
    // Dimensions that only the statistics are over count as channels here.
    long batch = IntStream.of(common()).anyMatch(d -> d == 0) ? x.shape().size(0) : 1;
    Shape kept = Reduction.keptShape(x.shape(), common());
    ChannelSums sums = ChannelSums.of(c.dy(), x, mean, batch, kept.numel(), kept);
    Variable squares = c.saved(2);
    Variable rstd =
        reciprocalDeviation(Div.of(squares, x.shape().numel() / squares.shape().numel()), eps);
    @Nullable ChannelAffine kernels = ChannelAffine.of(x, dims);
    if (kernels == null) {
      return made(c.dy(), x, mean, rstd, weight, sums, wanted);
    }
    Wanted others = new Wanted(false, wanted.weight(), wanted.bias());
    @Nullable Variable[] all = made(c.dy(), x, mean, rstd, weight, sums, others);
    all[0] = wanted.x() ? kernels.input(c.dy(), x, mean, squares, weight, sums, eps) : null;
    return all;
  }

  /** dx, dw and db in differentiable operations, mean and variance included. */
  @Nullable Variable[] differentiable(
      Variable dy, Variable x, @Nullable Variable weight, Wanted wanted) {
    Variable mean = Mean.of(x, dims, true);
    Variable apart = Sub.of(x, mean);
    Variable rstd = reciprocalDeviation(Mean.of(Square.of(apart), dims, true), eps);
    int[] common = common();
    ChannelSums sums = new ChannelSums(over(dy, common), over(Mul.of(dy, apart), common));
    return made(dy, x, mean, rstd, weight, sums, wanted);
  }

  /** What both the statistics and the channels sum over: one sum serves both. */
  private int[] common() {
    return IntStream.of(dims).filter(d -> channels.size(d) == 1).toArray();
  }

  /** The gradients made of the sums over what is common. */
  private @Nullable Variable[] made(
      Variable dy,
      Variable x,
      Variable mean,
      Variable rstd,
      @Nullable Variable weight,
      ChannelSums sums,
      Wanted wanted) {
    Variable sum = sums.sum();
    Variable product = sums.product();
    int[] further = IntStream.of(dims).filter(d -> channels.size(d) != 1).toArray();
    @Nullable Variable dx = null;
    if (wanted.x()) {
      long n = IntStream.of(dims).mapToLong(d -> x.shape().size(d)).reduce(1, (a, b) -> a * b);
      Variable meanG = Div.of(over(affine(sum, weight, null), further), n);
      Variable slope =
          Mul.of(Mul.of(rstd, rstd), Div.of(over(affine(product, weight, null), further), n));
      Variable g = affine(dy, weight, null);
      // The two nearly cancel where a channel has few elements: h itself would round once more.
      dx = Mul.of(rstd, Sub.of(Sub.of(g, meanG), Mul.of(Sub.of(x, mean), slope)));
    }
    return new @Nullable Variable[] {
      dx,
      wanted.weight() ? Broadcast.reduceTo(Mul.of(product, rstd), channels, dy.dtype()) : null,
      // A copy, since both sums may lie in one piece of memory, which no gradient can take over.
      wanted.bias() ? Cast.copy(Broadcast.reduceTo(sum, channels, dy.dtype())) : null
    };
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
   * @throws DTypeException if it has another dtype than x; float32 also goes with float16 and
   *     bfloat16
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
    boolean wider = x.dtype().isReduced() && parameter.dtype() == x.dtype().arithmetic();
    if (parameter.dtype() != x.dtype() && !wider) {
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
