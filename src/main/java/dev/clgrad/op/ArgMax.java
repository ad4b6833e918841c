package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;

/**
 * argmax: y = the index of the largest x over a dimension, the first of equal ones; NaN is largest.
 * No gradient.
 */
public final class ArgMax extends KernelOp {
  private static final ArgMax OP = new ArgMax();

  private ArgMax() {
    super("argmax", "reduce/argmax.cl");
  }

  /**
   * The index over all elements, counted in row-major order, as int64.
   *
   * @throws ShapeException if there are no elements
   */
  public static Variable of(Variable x) {
    return apply(x, Dims.of(OP.name(), x.shape()), false);
  }

  /**
   * The index over one dimension, as int64.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param keepdim whether it stays with size 1
   * @throws ShapeException if there is no such dimension, or it has no elements
   */
  public static Variable of(Variable x, int dim, boolean keepdim) {
    return apply(x, Dims.of(OP.name(), x.shape(), dim), keepdim);
  }

  private static Variable apply(Variable x, int[] dims, boolean keepdim) {
    checkNotEmpty(OP.name(), x, dims);
    DType dtype = x.dtype().isFloating() ? x.dtype().arithmetic() : DType.INT64;
    Variable in = Cast.to(x.detach(), dtype);
    Variable y = forward(in, dims, keepdim);
    Reduction.release(in, x);
    return y;
  }

  /** The indices in a floating-point or int64 x. */
  static Variable forward(Variable x, int[] dims, boolean keepdim) {
    Reduction r = Reduction.of(x, dims);
    Variable y = r.newOutput(OP.name(), DType.INT64, keepdim);
    long length = r.segmentLength(KernelSizes.vectors(x));
    long segments = r.segments(length);
    if (segments == 1) {
      launch(r, y, length);
    } else {
      Shape partial = Shape.of(r.outer(), segments, r.inner());
      Variable places =
          new Variable(
              x.scheduler().newStorage(OP.name(), DType.INT64, partial),
              Layout.contiguous(partial));
      launch(r, places, length);
      merge(r, places, y, segments);
      places.storage().close();
    }
    Reduction.release(r.input(), x);
    return y;
  }

  private static void launch(Reduction r, Variable y, long length) {
    long segments = r.segments(length);
    long items = r.outer() * segments * r.inner();
    boolean group = r.inner() == 1 && length > KernelSizes.ITEMS && !KernelSizes.vectors(r.input());
    int local = group ? KernelSizes.GROUP : KernelSizes.ITEMS;
    KernelTask.Builder task = kernel(group ? "argmax_forward_group" : "argmax_forward", r);
    task.out(y.value()).i64(items).i64(segments).i64(r.count()).i64(r.inner()).i64(length);
    y.scheduler()
        .add(
            task.build(
                KernelSizes.global(group ? items * local : items, local),
                KernelSizes.local(local),
                ArgMaxTwin::forward));
  }

  private static void merge(Reduction r, Variable places, Variable y, long segments) {
    long items = r.outer() * r.inner();
    KernelTask.Builder task = kernel("argmax_merge", r).in(places.value()).out(y.value());
    task.i64(items).i64(segments).i64(r.count()).i64(r.inner());
    y.scheduler()
        .add(
            task.build(
                KernelSizes.global(items, KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                ArgMaxTwin::merge));
  }

  private static KernelTask.Builder kernel(String entry, Reduction r) {
    Variable x = r.input();
    return KernelTask.of(OP.name(), ProgramSource.ofFile(OP.kernelFile(), x.dtype(), 1), entry)
        .source(x.value(), r.inner() == 1 ? r.count() : r.inner());
  }

  /**
   * Refuses a maximum over no elements.
   *
   * @throws ShapeException if a reduced dimension has size 0 while the result has elements
   */
  static void checkNotEmpty(String op, Variable x, int[] dims) {
    for (int d : dims) {
      if (x.shape().size(d) == 0) {
        throw new ShapeException(
            op
                + ": dimension "
                + d
                + " of shape "
                + x.shape()
                + " has no elements, and no elements have no maximum; give it at least one");
      }
    }
  }
}
