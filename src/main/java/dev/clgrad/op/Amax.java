package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * amax: y = the largest x over dimensions, NaN if one is NaN; dx = dy shared evenly among the x
 * that equal y.
 */
public final class Amax extends KernelOp {
  private static final Amax OP = new Amax();

  private Amax() {
    super("amax", "reduce/amax.cl");
  }

  /**
   * The maximum over dimensions, in the dtype of x.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1
   * @throws dev.clgrad.ShapeException if a dimension is out of range, named twice or has no
   *     elements
   */
  public static Variable of(Variable x, int[] dims, boolean keepdim) {
    if (Widened.isNeeded(x)) {
      return Widened.through(x, wide -> of(wide, dims, keepdim));
    }
    int[] over = Dims.of(OP.name(), x.shape(), dims);
    ArgMax.checkNotEmpty(OP.name(), x, over);
    if (!x.dtype().isFloating()) {
      Variable in = Cast.to(x.detach(), DType.INT64);
      Variable y = forward(in, over, keepdim);
      Variable result = Cast.to(y, x.dtype());
      Reduction.release(in, x);
      Reduction.release(y, result);
      return result;
    }
    Variable y = forward(x.detach(), over, keepdim);
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(x, y),
        c ->
            new @Nullable Variable[] {
              c.createGraph()
                  ? gradient(c.dy(), c.saved(0), c.saved(1), over)
                  : backward(c.dy(), c.saved(0), c.saved(1), over)
            });
    return y;
  }

  /** The maximum in the dtype of x, not recorded. */
  static Variable forward(Variable x, int[] dims, boolean keepdim) {
    Reduction r = Reduction.of(x, dims);
    Variable y = r.newOutput(OP.name(), x.dtype(), keepdim);
    long length = r.segmentLength(KernelSizes.vectors(x));
    long segments = r.segments(length);
    if (segments == 1) {
      launch(r.input(), y, r.outer(), r.count(), r.inner(), length);
    } else {
      Variable tops = scratch(x, Shape.of(r.outer(), segments, r.inner()));
      launch(r.input(), tops, r.outer(), r.count(), r.inner(), length);
      launch(tops, y, r.outer(), segments, r.inner(), segments);
      tops.storage().close();
    }
    Reduction.release(r.input(), x);
    return y;
  }

  private static void launch(
      Variable x, Variable y, long outer, long count, long inner, long length) {
    long segments = Reduction.segments(count, length);
    long items = outer * segments * inner;
    String entry = "amax_forward";
    int local = KernelSizes.ITEMS;
    int width = 1;
    long tasks = items;
    if (inner == 1 && KernelSizes.vectors(x)) {
      entry += "_rows";
      local = KernelSizes.VECTOR;
      width = 16;
    } else if (inner == 1 && length > KernelSizes.ITEMS) {
      entry += "_group";
      local = KernelSizes.GROUP;
      tasks = items * local;
    }
    KernelTask.Builder task =
        KernelTask.of(OP.name(), ProgramSource.ofFile(OP.kernelFile(), x.dtype(), width), entry);
    task.source(x.value(), inner == 1 ? count : inner).out(y.value());
    task.i64(items).i64(segments).i64(count).i64(inner).i64(length);
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(tasks, local), KernelSizes.local(local), AmaxTwin::forward));
  }

  /** dx by the kernels: dy shared among the x that equal y, be they largest or smallest. */
  static Variable backward(Variable dy, Variable x, Variable y, int[] dims) {
    Variable upstream = dy.layout().isContiguous() ? dy : Cast.copy(dy);
    Reduction r = Reduction.of(x, dims);
    Variable dx = r.newLikeInput(OP.name());
    Variable ties = ties(r, y);
    KernelTask.Builder task = kernel("amax_backward", x);
    task.in(upstream.value()).in(r.input().value()).in(y.value()).in(ties.value());
    task.out(dx.value()).i64(x.shape().numel()).i64(r.count()).i64(r.inner());
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(x.shape().numel(), KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                AmaxTwin::backward));
    ties.storage().close();
    Reduction.release(r.input(), x);
    Reduction.release(upstream, dy);
    return dx;
  }

  /** For each line, how many of its elements are the largest. */
  private static Variable ties(Reduction r, Variable y) {
    long length = r.segmentLength(KernelSizes.vectors(y));
    long segments = r.segments(length);
    Variable ties = scratch(y, Shape.of(r.outer(), segments, r.inner()));
    long items = ties.shape().numel();
    KernelTask.Builder task = kernel("amax_ties", y);
    task.in(r.input().value()).in(y.value()).out(ties.value());
    task.i64(items).i64(segments).i64(r.count()).i64(r.inner()).i64(length);
    y.scheduler()
        .add(
            task.build(
                KernelSizes.global(items, KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                AmaxTwin::ties));
    if (segments == 1) {
      return ties;
    }
    Variable all = Sum.forward(OP.name(), ties, new int[] {1}, true, 1);
    ties.storage().close();
    return all;
  }

  /**
   * dx = dy times the share of each element, which is constant wherever a second derivative exists.
   */
  static Variable gradient(Variable dy, Variable x, Variable y, int[] dims) {
    Variable ones = Fill.of(x.scheduler(), x.dtype(), y.shape(), 1);
    Variable shares = backward(ones, x.detach(), y.detach(), dims);
    return Mul.of(Reshape.of(dy, Reduction.keptShape(x.shape(), dims)), shares);
  }

  private static KernelTask.Builder kernel(String entry, Variable x) {
    return KernelTask.of(OP.name(), ProgramSource.ofFile(OP.kernelFile(), x.dtype(), 1), entry);
  }

  private static Variable scratch(Variable like, Shape shape) {
    return new Variable(
        like.scheduler().newStorage(OP.name(), like.dtype(), shape), Layout.contiguous(shape));
  }
}
