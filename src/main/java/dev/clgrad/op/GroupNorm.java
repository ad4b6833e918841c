package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Gradient;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * group_norm: groups of channels of each element of the batch normalized by their own mean and
 * variance; y, dx, dw and db as in {@link ChannelNorm}, which computes them where a group is too
 * long for one work-item or work-group.
 */
public final class GroupNorm extends KernelOp {
  private static final GroupNorm OP = new GroupNorm();

  /** Channels of fewer elements fill no vector. */
  private static final long VECTOR = 16;

  private GroupNorm() {
    super("group_norm", "norm/group_norm.cl");
  }

  /**
   * The group norm of x, of shape (batch, channels, ...).
   *
   * @param groups how many groups the channels are divided into
   * @param weight one element for each channel, or null for ones
   * @param bias one element for each channel, or null for zeros
   * @param eps what is added to the variance
   * @throws ShapeException if shapes do not fit, or the channels cannot be divided
   * @throws dev.clgrad.DTypeException if the numbers are not floating-point, or the dtypes differ,
   *     but for float32 beside float16 and bfloat16
   */
  public static Variable of(
      Variable x, long groups, @Nullable Variable weight, @Nullable Variable bias, double eps) {
    ChannelNorm.checkInput(OP.name(), x, 2);
    long channels = x.shape().size(1);
    if (groups < 1 || channels % groups != 0) {
      throw new ShapeException(
          "group_norm: the "
              + channels
              + " channels of shape "
              + x.shape()
              + " cannot be divided into "
              + groups
              + " groups; expected a divisor of their number");
    }
    ChannelNorm.checkChannels(OP.name(), "weight", x, channels, weight);
    ChannelNorm.checkChannels(OP.name(), "bias", x, channels, bias);
    @Nullable Variable w = Widened.inOrNull(weight);
    @Nullable Variable b = Widened.inOrNull(bias);
    return Widened.through(
        x,
        wide -> {
          if (x.shape().numel() == 0) {
            return empty(wide, w, b);
          }
          ChannelNorm.Result result =
              normalize(OP.name(), "NativeGroupNormBackward0", wide, groups, w, b, eps);
          result.moments().close();
          return result.y();
        });
  }

  /** The norm of no elements. */
  static Variable empty(Variable x, @Nullable Variable weight, @Nullable Variable bias) {
    Shape beside = ChannelNorm.beside(x.rank(), x.shape().size(1));
    return Cast.copy(
        ChannelNorm.affine(x, ChannelNorm.seen(weight, beside), ChannelNorm.seen(bias, beside)));
  }

  /**
   * The norm of a widened x that has elements, on behalf of an operation.
   *
   * @return the norm, and moments of shape (batch, groups, 1, 1)
   */
  static ChannelNorm.Result normalize(
      String op,
      String node,
      Variable x,
      long groups,
      @Nullable Variable weight,
      @Nullable Variable bias,
      double eps) {
    Sizes sizes = Sizes.of(x, groups);
    ChannelNorm norm =
        new ChannelNorm(op, node, new int[] {2, 3}, Shape.of(1, groups, sizes.per, 1), eps);
    if (!sizes.hasKernel(x)) {
      ChannelNorm.Result result =
          norm.of(
              Reshape.of(x, sizes.seen()),
              ChannelNorm.seen(weight, norm.channels()),
              ChannelNorm.seen(bias, norm.channels()));
      return new ChannelNorm.Result(Reshape.of(result.y(), x.shape()), result.moments());
    }
    Variable y = NormKernels.scratch(op, x, x.shape());
    Shape each = Shape.of(sizes.batch, groups, 1, 1);
    Moments moments =
        new Moments(
            NormKernels.scratch(op, x, each),
            NormKernels.scratch(op, x, each),
            sizes.per * sizes.space);
    forward(sizes, x, weight, bias, y, moments, eps);
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
          ChannelNorm.Wanted wanted = ChannelNorm.Wanted.of(c, hasWeight, hasBias);
          return NormKernels.given(
              c.createGraph()
                  ? differentiable(norm, sizes, c, scale, wanted)
                  : backward(op, sizes, c, scale, wanted, eps),
              hasWeight,
              hasBias);
        });
    return new ChannelNorm.Result(y, moments);
  }

  /**
   * x as (batch, groups, per, space).
   *
   * @param per how many channels a group has
   */
  private record Sizes(long batch, long groups, long per, long space) {
    static Sizes of(Variable x, long groups) {
      long batch = x.shape().size(0);
      long channels = x.shape().size(1);
      return new Sizes(batch, groups, channels / groups, x.shape().numel() / (batch * channels));
    }

    Shape seen() {
      return Shape.of(batch, groups, per, space);
    }

    long rows() {
      return batch * groups;
    }

    /** Whether rows are short enough, or many enough, for each to be the work of one. */
    boolean hasKernel(Variable x) {
      Shape matrix = Shape.of(rows(), per * space);
      Variable view = new Variable(x.storage(), Layout.contiguous(matrix));
      Reduction r = Reduction.of(view, new int[] {1});
      return r.segmentLength(KernelSizes.vectors(x)) == per * space;
    }

    NormKernels kernels(Variable x) {
      NormKernels kernels = NormKernels.of(x, per * space);
      return kernels == NormKernels.ROWS && space < VECTOR ? NormKernels.ITEMS : kernels;
    }

    void add(KernelTask.Builder task, double eps, DType dtype) {
      task.i64(rows()).i64(groups).i64(per).i64(space);
      if (dtype == DType.FLOAT32) {
        task.f32((float) eps);
      } else {
        task.f64(eps);
      }
    }
  }

  private static void forward(
      Sizes sizes,
      Variable x,
      @Nullable Variable weight,
      @Nullable Variable bias,
      Variable y,
      Moments moments,
      double eps) {
    Variable from = ConvolutionProduct.contiguous(x.detach());
    Variable w = NormKernels.parameter(weight, y, sizes.groups * sizes.per, 1);
    Variable b = NormKernels.parameter(bias, y, sizes.groups * sizes.per, 0);
    NormKernels kernels = sizes.kernels(x);
    KernelTask.Builder task = kernels.kernel(OP, "forward", y.dtype());
    task.sourceReadAgain(from.value(), sizes.space).in(w.value()).in(b.value());
    task.result(y.value(), sizes.space);
    task.out(moments.mean().value()).out(moments.squares().value());
    sizes.add(task, eps, y.dtype());
    kernels.add(task, y, sizes.rows(), GroupNormTwin::forward);
    Reduction.release(from, x);
    NormKernels.release(w, weight);
    NormKernels.release(b, bias);
  }

  /** dx, dw and db by the kernels, each where it is needed. */
  private static @Nullable Variable[] backward(
      String op,
      Sizes sizes,
      Gradient.Context c,
      @Nullable Variable weight,
      ChannelNorm.Wanted wanted,
      double eps) {
    Variable dy = ConvolutionProduct.contiguous(c.dy().detach());
    Variable x = ConvolutionProduct.contiguous(c.saved(0).detach());
    long channels = sizes.groups * sizes.per;
    Variable w = NormKernels.parameter(weight, dy, channels, 1);
    Variable dx = NormKernels.scratch(op, dy, dy.shape());
    Variable dw = NormKernels.scratch(op, dy, Shape.of(sizes.batch, channels));
    Variable db = NormKernels.scratch(op, dy, Shape.of(sizes.batch, channels));
    NormKernels kernels = sizes.kernels(x);
    KernelTask.Builder task = kernels.kernel(OP, "backward", dy.dtype());
    task.sourceReadAgain(dy.value(), sizes.space).in(x.value()).in(w.value());
    task.in(c.saved(1).value()).in(c.saved(2).value());
    task.result(dx.value(), sizes.space).out(dw.value()).out(db.value());
    sizes.add(task, eps, dy.dtype());
    kernels.add(task, dy, sizes.rows(), GroupNormTwin::backward);
    Reduction.release(dy, c.dy());
    Reduction.release(x, c.saved(0));
    NormKernels.release(w, weight);
    Shape shape = Shape.of(channels);
    return new @Nullable Variable[] {
      NormKernels.keep(dx, wanted.x()),
      NormKernels.total(op, dw, wanted.weight(), shape),
      NormKernels.total(op, db, wanted.bias(), shape)
    };
  }

  private static @Nullable Variable[] differentiable(
      ChannelNorm norm,
      Sizes sizes,
      Gradient.Context c,
      @Nullable Variable weight,
      ChannelNorm.Wanted wanted) {
    Variable x = c.saved(0);
    @Nullable Variable[] all =
        norm.differentiable(
            Reshape.of(c.dy(), sizes.seen()),
            Reshape.of(x, sizes.seen()),
            ChannelNorm.seen(weight, norm.channels()),
            wanted);
    Shape channels = Shape.of(sizes.groups * sizes.per);
    return new @Nullable Variable[] {
      ChannelNorm.seen(all[0], x.shape()),
      ChannelNorm.seen(all[1], channels),
      ChannelNorm.seen(all[2], channels)
    };
  }
}
