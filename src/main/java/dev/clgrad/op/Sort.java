package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * sort: the elements along a dimension in order, equal ones in the order they had, NaN as the
 * largest; dx = each dy at the place it came from.
 */
public final class Sort extends KernelOp {
  private static final Sort OP = new Sort();

  /** What a work-group sorts in local memory: RUN of the kernel file. */
  private static final long GROUP_RUN = 256;

  /** What one work-item of a device with vectors sorts, and one thread of the CPU backend. */
  private static final long ITEM_RUN = 65536;

  private Sort() {
    super("sort", "sort/sort.cl");
  }

  /** The elements in order, and their indices. */
  public record Result(Variable values, Variable indices) {}

  /**
   * The elements along a dimension in order and their indices, as int64.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param descending whether the largest come first
   * @throws dev.clgrad.ShapeException if there is no such dimension
   */
  public static Result of(Variable x, int dim, boolean descending) {
    int d = x.shape().dim(OP.name(), dim);
    Result sorted = forward(x.detach(), d, descending);
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(sorted.values()),
        List.of(sorted.indices()),
        c -> new @Nullable Variable[] {backward(c.dy(), d, c.saved(0))});
    return sorted;
  }

  /** Not recorded, of any dtype. */
  static Result forward(Variable x, int dim, boolean descending) {
    if (x.rank() == 0) {
      return new Result(Cast.copy(x), Fill.of(x.scheduler(), DType.INT64, Shape.SCALAR, 0));
    }
    DType dtype = x.dtype();
    Variable in = Cast.to(x, dtype.isFloating() ? dtype.arithmetic() : DType.INT64);
    Rows rows = Rows.of(in, dim);
    Result sorted =
        KernelSizes.vectors(in) ? byItems(rows, descending) : byGroups(rows, descending);
    rows.release(in);
    Reduction.release(in, x);
    Variable values = rows.unroll(sorted.values());
    Variable converted = Cast.to(values, dtype);
    Reduction.release(values, converted);
    return new Result(converted, rows.unroll(sorted.indices()));
  }

  /**
   * A variable as rows of one dimension.
   *
   * @param input contiguous, that dimension last
   * @param order which dimension of the variable each of the input is
   */
  private record Rows(Variable input, int[] order) {
    static Rows of(Variable x, int dim) {
      int[] order =
          IntStream.concat(IntStream.range(0, x.rank()).filter(d -> d != dim), IntStream.of(dim))
              .toArray();
      Variable rows = new Variable(x.storage(), x.layout().permute(order));
      return new Rows(rows.layout().isContiguous() ? rows : Cast.copy(rows), order);
    }

    long count() {
      return input.shape().size(order.length - 1);
    }

    long lines() {
      return count() == 0 ? 0 : input.shape().numel() / count();
    }

    Variable scratch(DType dtype) {
      return new Variable(
          input.scheduler().newStorage(OP.name(), dtype, input.shape()),
          Layout.contiguous(input.shape()));
    }

    /** What has the rows' shape, with the dimensions in their first order. */
    Variable unroll(Variable rows) {
      int[] inverse = new int[order.length];
      for (int d = 0; d < order.length; d++) {
        inverse[order[d]] = d;
      }
      return new Variable(rows.storage(), rows.layout().permute(inverse));
    }

    void release(Variable x) {
      Reduction.release(input, x);
    }
  }

  private static Result byItems(Rows rows, boolean descending) {
    Result y = buffers(rows);
    Result spare = buffers(rows);
    long run = Math.min(ITEM_RUN, rows.count());
    long runs = Reduction.segments(rows.count(), Math.max(run, 1));
    KernelTask.Builder task = kernel("sort_runs", rows.input());
    task.source(rows.input().value(), rows.count());
    task.out(y.values().value()).out(y.indices().value());
    task.out(spare.values().value()).out(spare.indices().value());
    task.i64(rows.lines() * runs).i64(rows.count()).i64(run).i64(descending ? 1 : 0);
    add(task, rows, rows.lines() * runs, KernelSizes.VECTOR, SortTwin::runs);
    for (; run < rows.count(); run *= 2) {
      long pairs = Reduction.segments(rows.count(), 2 * run);
      merge("sort_merge_rows", rows, y, spare, run, rows.lines() * pairs, descending);
      Result sorted = spare;
      spare = y;
      y = sorted;
    }
    close(spare);
    return y;
  }

  private static Result byGroups(Rows rows, boolean descending) {
    Result y = buffers(rows);
    long runs = Reduction.segments(rows.count(), GROUP_RUN);
    KernelTask.Builder task = kernel("sort_runs_group", rows.input());
    task.source(rows.input().value(), rows.count());
    task.out(y.values().value()).out(y.indices().value());
    task.i64(rows.lines() * runs).i64(rows.count()).i64(descending ? 1 : 0);
    int local = KernelSizes.GROUP;
    add(task, rows, rows.lines() * runs * local, local, SortTwin::groupRuns);
    if (runs == 1) {
      return y;
    }
    Result spare = buffers(rows);
    for (long run = GROUP_RUN; run < rows.count(); run *= 2) {
      long items = rows.lines() * rows.count();
      merge("sort_merge", rows, y, spare, run, items, descending);
      Result sorted = spare;
      spare = y;
      y = sorted;
    }
    close(spare);
    return y;
  }

  private static void merge(
      String entry, Rows rows, Result from, Result to, long run, long items, boolean descending) {
    KernelTask.Builder task = kernel(entry, rows.input());
    task.in(from.values().value()).in(from.indices().value());
    task.out(to.values().value()).out(to.indices().value());
    task.i64(items).i64(rows.count()).i64(run).i64(descending ? 1 : 0).i64(rows.lines());
    add(task, rows, items, KernelSizes.ITEMS, SortTwin::merge);
  }

  private static Result buffers(Rows rows) {
    return new Result(rows.scratch(rows.input().dtype()), rows.scratch(DType.INT64));
  }

  private static void close(Result buffers) {
    buffers.values().storage().close();
    buffers.indices().storage().close();
  }

  private static KernelTask.Builder kernel(String entry, Variable x) {
    return KernelTask.of(OP.name(), ProgramSource.ofFile(OP.kernelFile(), x.dtype(), 1), entry);
  }

  private static void add(KernelTask.Builder task, Rows rows, long items, int local, Twin twin) {
    rows.input()
        .scheduler()
        .add(task.build(KernelSizes.global(items, local), KernelSizes.local(local), twin));
  }

  /** dx; linear in dy, so that its own gradient is a gather. */
  private static Variable backward(Variable dy, int dim, Variable index) {
    if (Widened.isNeeded(dy)) {
      return Widened.through(dy, wide -> backward(wide, dim, index));
    }
    if (dy.rank() == 0) {
      return dy;
    }
    Rows upstream = Rows.of(dy.detach(), dim);
    Rows places = Rows.of(index, dim);
    Variable rows = upstream.scratch(dy.dtype());
    KernelTask.Builder task = kernel("sort_backward", dy);
    task.in(upstream.input().value()).in(places.input().value()).out(rows.value());
    task.i64(dy.shape().numel()).i64(upstream.count());
    add(task, upstream, dy.shape().numel(), KernelSizes.ITEMS, SortTwin::backward);
    upstream.release(dy);
    places.release(index);
    Variable dx = upstream.unroll(rows);
    Node.record(
        "SortBackward0Backward",
        List.of(dy),
        List.of(dx),
        List.of(index),
        c -> new @Nullable Variable[] {Gather.of(c.dy(), dim, c.saved(0))});
    return dx;
  }
}
