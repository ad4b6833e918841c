package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Gradient;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * layer_norm: y = h w + b with h = (x - mean) / √(variance + eps) over the last dimensions; with g
 * = dy w, dx = (g - mean g - h mean(g h)) / √(variance + eps), dw = Σ dy h and db = Σ dy over the
 * others.
 */
public final class LayerNorm extends KernelOp {
  private static final LayerNorm OP = new LayerNorm();

  /** How many segments of rows the gradients of weight and bias are summed over at once. */
  private static final long SEGMENTS = 64;

  /** The fewest rows of a segment, for each of which sums of the length of a row are written. */
  private static final long SEGMENT_ROWS = 4;

  private LayerNorm() {
    super("layer_norm", "norm/layer_norm.cl");
  }

  @Override
  public String nodeName() {
    return "NativeLayerNormBackward0";
  }

  /**
   * The layer norm over the last dimensions of x.
   *
   * @param normalized their sizes, at least one
   * @param weight of that shape and the dtype of x; null for ones
   * @param bias of that shape and the dtype of x; null for zeros
   * @param eps what is added to the variance
   * @throws ShapeException if the shape of x does not end in {@code normalized}, or weight or bias
   *     has another shape
   * @throws DTypeException if the numbers are not floating-point, or the dtypes differ
   */
  public static Variable of(
      Variable x,
      Shape normalized,
      @Nullable Variable weight,
      @Nullable Variable bias,
      double eps) {
    return apply(OP.name(), OP.nodeName(), x, normalized, weight, bias, eps, true);
  }

  /**
   * The norm under the name of an operation.
   *
   * @param centered whether the mean is subtracted; else it is taken to be 0, as in rms_norm
   */
  static Variable apply(
      String op,
      String node,
      Variable x,
      Shape normalized,
      @Nullable Variable weight,
      @Nullable Variable bias,
      double eps,
      boolean centered) {
    check(op, x, normalized);
    checkParameter(op, "weight", x, normalized, weight);
    checkParameter(op, "bias", x, normalized, bias);
    if (Widened.isNeeded(x)) {
      @Nullable Variable wideWeight = Widened.inOrNull(weight);
      @Nullable Variable wideBias = Widened.inOrNull(bias);
      return Widened.through(
          x, wide -> apply(op, node, wide, normalized, wideWeight, wideBias, eps, centered));
    }
    Rows rows = Rows.of(x, normalized);
    Variable y = NormKernels.scratch(OP.name(), x, x.shape());
    Variable mean = NormKernels.scratch(OP.name(), x, Shape.of(rows.rows()));
    Variable rstd = NormKernels.scratch(OP.name(), x, Shape.of(rows.rows()));
    forward(rows, weight, bias, y, mean, rstd, eps, centered);
    List<Variable> saved = new ArrayList<>(List.of(x, mean, rstd));
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
          boolean needsBias = hasBias && c.needs(hasWeight ? 2 : 1);
          @Nullable Variable[] all =
              c.createGraph()
                  ? gradient(c, scale, normalized, needsBias, eps, centered)
                  : backward(c, scale, normalized, needsBias, centered);
          return NormKernels.given(all, hasWeight, hasBias);
        });
    // What backward reads has been saved, and so shared, above.
    mean.storage().close();
    rstd.storage().close();
    return y;
  }

  private static void check(String op, Variable x, Shape normalized) {
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          op
              + ": takes floating-point numbers, not "
              + x.dtype()
              + "; convert with to(DType.FLOAT32)");
    }
    int first = x.rank() - normalized.rank();
    boolean fits = normalized.rank() > 0 && first >= 0;
    for (int d = 0; fits && d < normalized.rank(); d++) {
      fits = x.shape().size(first + d) == normalized.size(d);
    }
    if (!fits) {
      throw new ShapeException(
          op
              + ": the input of shape "
              + x.shape()
              + " does not end in the normalized shape "
              + normalized
              + "; expected the sizes of at least one of its last dimensions");
    }
  }

  private static void checkParameter(
      String op, String name, Variable x, Shape normalized, @Nullable Variable parameter) {
    if (parameter == null) {
      return;
    }
    if (!parameter.shape().equals(normalized)) {
      throw new ShapeException(
          op
              + ": the "
              + name
              + " has shape "
              + parameter.shape()
              + " and the normalized shape is "
              + normalized
              + "; they must be equal");
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

  /**
   * The last dimensions of x as the rows of a matrix.
   *
   * @param input contiguous, the elements of x or a copy
   * @param count the elements of a row
   */
  private record Rows(Variable x, Variable input, long rows, long count) {
    static Rows of(Variable x, Shape normalized) {
      Reduction r = Reduction.of(x, last(x.shape(), normalized));
      return new Rows(x, r.input(), r.outer(), r.count());
    }

    void release() {
      Reduction.release(input, x);
    }
  }

  private static int[] last(Shape shape, Shape normalized) {
    return IntStream.range(shape.rank() - normalized.rank(), shape.rank()).toArray();
  }

  private static void forward(
      Rows rows,
      @Nullable Variable weight,
      @Nullable Variable bias,
      Variable y,
      Variable mean,
      Variable rstd,
      double eps,
      boolean centered) {
    Variable w = NormKernels.parameter(weight, y, rows.count(), 1);
    Variable b = NormKernels.parameter(bias, y, rows.count(), 0);
    NormKernels kind = NormKernels.of(y, rows.count());
    KernelTask.Builder task = kind.kernel(OP, "forward", y.dtype());
    task.source(rows.input().value(), rows.count()).in(w.value()).in(b.value());
    task.out(y.value()).out(mean.value()).out(rstd.value());
    task.i64(rows.rows()).i64(rows.count());
    if (y.dtype() == DType.FLOAT32) {
      task.f32((float) eps);
    } else {
      task.f64(eps);
    }
    task.i64(centered ? 1 : 0);
    kind.add(task, y, rows.rows(), LayerNormTwin::forward);
    rows.release();
    NormKernels.release(w, weight);
    NormKernels.release(b, bias);
  }

  /** dx, dw and db by the kernels, each where it is needed. */
  private static @Nullable Variable[] backward(
      Gradient.Context c,
      @Nullable Variable weight,
      Shape normalized,
      boolean needsBias,
      boolean centered) {
    boolean needsWeight = weight != null && c.needs(1);
    Variable dy = c.dy().layout().isContiguous() ? c.dy() : Cast.copy(c.dy());
    Rows rows = Rows.of(c.saved(0), normalized);
    NormKernels kind = NormKernels.of(dy, rows.count());
    boolean all = kind == NormKernels.ROWS;
    boolean sums = needsWeight || needsBias;
    @Nullable Variable dx =
        all || c.needs(0) ? NormKernels.scratch(OP.name(), dy, dy.shape()) : null;
    long length = segmentLength(rows, all);
    long segments = Reduction.segments(rows.rows(), length);
    Shape partial = Shape.of(segments, rows.count());
    @Nullable Variable dw = all || sums ? NormKernels.scratch(OP.name(), dy, partial) : null;
    @Nullable Variable db = all || sums ? NormKernels.scratch(OP.name(), dy, partial) : null;
    Variable w = NormKernels.parameter(weight, dy, rows.count(), 1);
    if (dx != null) {
      KernelTask.Builder task = kind.kernel(OP, "backward", dy.dtype());
      task.source(dy.value(), rows.count()).in(rows.input().value()).in(w.value());
      task.in(c.saved(1).value()).in(c.saved(2).value()).out(dx.value());
      if (all && dw != null && db != null) {
        task.out(dw.value()).out(db.value()).i64(rows.rows()).i64(rows.count());
        task.i64(length).i64(segments).i64(centered ? 1 : 0);
        kind.add(task, dy, segments, LayerNormTwin::backward);
      } else {
        task.i64(rows.rows()).i64(rows.count()).i64(centered ? 1 : 0);
        kind.add(task, dy, rows.rows(), LayerNormTwin::backwardInput);
      }
    }
    if (!all && dw != null && db != null) {
      KernelTask.Builder task = NormKernels.ITEMS.kernel(OP, "backward_columns", dy.dtype());
      task.source(dy.value(), rows.count()).in(rows.input().value());
      task.in(c.saved(1).value()).in(c.saved(2).value()).out(dw.value()).out(db.value());
      task.i64(rows.rows()).i64(rows.count()).i64(length).i64(segments);
      NormKernels.ITEMS.add(task, dy, segments * rows.count(), LayerNormTwin::backwardColumns);
    }
    Reduction.release(dy, c.dy());
    rows.release();
    NormKernels.release(w, weight);
    return new @Nullable Variable[] {
      NormKernels.keep(dx, c.needs(0)),
      NormKernels.total(OP.name(), dw, needsWeight, normalized),
      NormKernels.total(OP.name(), db, needsBias, normalized)
    };
  }

  /**
   * How many rows one work-item sums up for dw and db. It depends on the shape and the kind of
   * device alone, and so does the result.
   */
  private static long segmentLength(Rows rows, boolean vectors) {
    if (!vectors) {
      Shape matrix = Shape.of(rows.rows(), rows.count());
      Variable view = new Variable(rows.input().storage(), Layout.contiguous(matrix));
      return Math.max(1, Reduction.of(view, new int[] {0}).segmentLength(false));
    }
    return Math.max(SEGMENT_ROWS, (rows.rows() + SEGMENTS - 1) / SEGMENTS);
  }

  /** dx, dw and db in differentiable operations, mean and variance included. */
  private static @Nullable Variable[] gradient(
      Gradient.Context c,
      @Nullable Variable weight,
      Shape normalized,
      boolean needsBias,
      double eps,
      boolean centered) {
    Variable dy = c.dy();
    Variable x = c.saved(0);
    int[] dims = last(x.shape(), normalized);
    Variable apart = centered ? Sub.of(x, Mean.of(x, dims, true)) : x;
    Variable variance = Mean.of(Square.of(apart), dims, true);
    Variable rstd = Pow.of(Add.of(variance, eps), -0.5);
    Variable h = Mul.of(apart, rstd);
    Variable g = weight == null ? dy : Mul.of(dy, weight);
    @Nullable Variable dx = null;
    if (c.needs(0)) {
      Variable ofMean = centered ? Sub.of(g, Mean.of(g, dims, true)) : g;
      dx = Mul.of(rstd, Sub.of(ofMean, Mul.of(h, Mean.of(Mul.of(g, h), dims, true))));
    }
    boolean needsWeight = weight != null && c.needs(1);
    return new @Nullable Variable[] {
      dx,
      needsWeight ? Broadcast.reduceTo(Mul.of(dy, h), normalized, dy.dtype()) : null,
      needsBias ? Broadcast.reduceTo(dy, normalized, dy.dtype()) : null
    };
  }
}
