package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.IndexException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * gather: y = the elements of x at the places along one dimension that an index names; dx = each dy
 * added at the place it came from, always in the same order.
 */
public final class Gather extends KernelOp {
  private static final Gather OP = new Gather();

  /** On devices without vectors, work-items that add up the gradient at least. */
  private static final long GROUP_TASKS = 4096;

  /** On devices with vectors, likewise. */
  private static final long VECTOR_TASKS = 64;

  /** With so few indices a line, a work-item for each element of the gradient reads them all. */
  private static final long FEW_INDICES = 32;

  /** One line of more indices is ordered rather than read by every work-item. */
  private static final long LONG_LINE = 1024;

  private Gather() {
    super("gather", "index/gather.cl");
  }

  /**
   * The elements of x that an index names along a dimension: the result has the shape of the index.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param index places from 0 to the size of the dimension, int64, of as many dimensions as x and
   *     nowhere larger than x, but along {@code dim}
   * @throws ShapeException if shapes do not fit or there is no such dimension
   * @throws DTypeException if the index is not of int64
   * @throws IndexException if a place is out of range: at once on the CPU, at the next read
   *     elsewhere
   */
  public static Variable of(Variable x, int dim, Variable index) {
    return of(OP.name(), x, dim, index);
  }

  /** For an operation of another name, which errors tell. */
  static Variable of(String op, Variable x, int dim, Variable index) {
    int d = x.shape().dim(op, dim);
    check(op, x, d, index);
    Shape line = Shape.of(1);
    Variable from = x.rank() == 0 ? Reshape.of(x, line) : x;
    Variable places = index.rank() == 0 ? Reshape.of(index, line) : index;
    for (int other = 0; other < from.rank(); other++) {
      long size = places.shape().size(other);
      if (other != d && size < from.shape().size(other)) {
        from = Slice.of(from, other, 0, size, 1);
      }
    }
    // An index without elements may be of any dtype, as in PyTorch.
    places = Cast.to(places.detach(), DType.INT64);
    Variable y =
        forward(
            op,
            from,
            d,
            places.layout().isContiguous() ? places : Cast.copy(places),
            OP.nodeName());
    return index.rank() == 0 ? Reshape.of(y, Shape.SCALAR) : y;
  }

  private static void check(String op, Variable x, int dim, Variable index) {
    if (index.dtype() != DType.INT64 && index.shape().numel() > 0) {
      throw new DTypeException(
          op
              + ": the index is of "
              + index.dtype()
              + "; expected int64, convert it with to(DType.INT64)");
    }
    if (Math.max(x.rank(), 1) != Math.max(index.rank(), 1)) {
      throw new ShapeException(
          op
              + ": the index of shape "
              + index.shape()
              + " must have as many dimensions as the tensor of shape "
              + x.shape()
              + "; reshape or unsqueeze it");
    }
    for (int d = 0; d < index.rank(); d++) {
      if (x.rank() > 0 && d != dim && index.shape().size(d) > x.shape().size(d)) {
        throw new ShapeException(
            op
                + ": the index of shape "
                + index.shape()
                + " is larger than the tensor of shape "
                + x.shape()
                + " in dimension "
                + d
                + "; it may be larger only in dimension "
                + dim);
      }
    }
  }

  /**
   * For an index that is contiguous and as large as x but along the dimension.
   *
   * @param op the operation, for the error of an index out of range
   * @param node what the recorded operation is called
   */
  static Variable forward(String op, Variable x, int dim, Variable index, String node) {
    if (Widened.isNeeded(x)) {
      return Widened.through(x, wide -> forward(op, wide, dim, index, node));
    }
    Reduction r = Reduction.of(x, new int[] {dim});
    Variable y = scratch(x, index.shape());
    long n = r.count();
    long numel = index.shape().numel();
    KernelTask.Builder task = kernel("gather_forward", x);
    task.in(r.input().value()).in(index.value()).out(y.value()).status(Places.status(op, n, dim));
    task.i64(numel).i64(n).i64(index.shape().size(dim)).i64(r.inner());
    add(x, task.build(global(numel), KernelSizes.local(KernelSizes.ITEMS), Gather::forwardTwin));
    Reduction.release(r.input(), x);
    Node.record(
        node,
        List.of(x),
        List.of(y),
        List.of(index),
        c -> new @Nullable Variable[] {added(op, c.dy(), dim, c.saved(0), n)});
    return y;
  }

  /**
   * Zeros with each dy added where the index says, and nothing for what is out of range: the
   * gradient of gather. Linear in dy, so that its own gradient is the same gather again.
   *
   * @param index int64 and contiguous, of the shape of dy
   * @param n the size of the dimension in the result
   */
  static Variable added(String op, Variable dy, int dim, Variable index, long n) {
    if (dy.shape().numel() == dy.shape().size(dim) && dy.shape().numel() > LONG_LINE) {
      Shape line = Shape.of(dy.shape().numel());
      Variable sums = IndexAdd.rows(op, Reshape.of(dy, line), 0, Reshape.of(index, line), n, -1);
      long[] kept = dy.shape().toArray();
      kept[dim] = n;
      return Reshape.of(sums, Shape.of(kept));
    }
    return backward(op, dy, dim, index, n);
  }

  private static Variable backward(String op, Variable dy, int dim, Variable index, long n) {
    if (Widened.isNeeded(dy)) {
      return Widened.through(dy, wide -> backward(op, wide, dim, index, n));
    }
    long[] sizes = index.shape().toArray();
    sizes[dim] = n;
    Variable dx = scratch(dy, Shape.of(sizes));
    Reduction r = Reduction.of(dy, new int[] {dim});
    long m = r.count();
    long lines = r.outer() * r.inner();
    long width = width(dy, lines, n, m);
    long items = lines * ((n + width - 1) / width);
    KernelTask.Builder task = kernel("gather_backward", dy);
    task.in(r.input().value()).in(index.value()).out(dx.value());
    task.i64(items).i64(n).i64(m).i64(r.inner()).i64(width);
    add(dy, task.build(global(items), KernelSizes.local(KernelSizes.ITEMS), Gather::backwardTwin));
    Reduction.release(r.input(), dy);
    Node.record(
        "GatherBackward0Backward",
        List.of(dy),
        List.of(dx),
        List.of(index),
        c -> new @Nullable Variable[] {forward(op, c.dy(), dim, c.saved(0), OP.nodeName())});
    return dx;
  }

  /** How many elements of a line of dx a work-item owns; the sums are the same for every number. */
  static long width(Variable dy, long lines, long n, long m) {
    boolean vectors = KernelSizes.vectors(dy);
    if (!vectors && m <= FEW_INDICES) {
      return 1;
    }
    long parts = (vectors ? VECTOR_TASKS : GROUP_TASKS) / Math.max(lines, 1);
    return Math.max(1, parts <= 1 ? n : (n + parts - 1) / parts);
  }

  private static long[] global(long items) {
    return KernelSizes.global(items, KernelSizes.ITEMS);
  }

  private static KernelTask.Builder kernel(String entry, Variable x) {
    return KernelTask.of(OP.name(), ProgramSource.ofFile(OP.kernelFile(), x.dtype(), 1), entry);
  }

  private static void add(Variable x, KernelTask task) {
    x.scheduler().add(task);
  }

  private static Variable scratch(Variable like, Shape shape) {
    return new Variable(
        like.scheduler().newStorage(OP.name(), like.dtype(), shape), Layout.contiguous(shape));
  }

  // The loops move elements between arrays of one type, whichever it is.
  @SuppressWarnings("SuspiciousSystemArraycopy")
  private static void forwardTwin(TwinCall call) {
    long n = call.integer(5);
    long m = call.integer(6);
    long inner = call.integer(7);
    Object x = call.array(0);
    Object y = call.array(2);
    call.parallel(
        call.integer(4),
        8192,
        (begin, end) -> {
          for (long item = begin; item < end; item++) {
            long j = call.longs(1)[call.offset(1) + (int) item];
            if (j < 0 || j >= n) {
              call.fail(3, j);
            }
            int at = call.offset(0) + (int) ((item / inner / m * n + j) * inner + item % inner);
            System.arraycopy(x, at, y, call.offset(2) + (int) item, 1);
          }
        });
  }

  private static void backwardTwin(TwinCall call) {
    int n = (int) call.integer(4);
    int m = (int) call.integer(5);
    int width = (int) call.integer(7);
    int parts = (n + width - 1) / width;
    call.parallel(
        call.integer(3),
        Math.max(1, 16384 / Math.max(width + m, 1)),
        (begin, end) -> {
          for (long item = begin; item < end; item++) {
            backwardPart(call, (int) item, n, m, width, parts);
          }
        });
  }

  private static void backwardPart(TwinCall call, int item, int n, int m, int width, int parts) {
    int inner = (int) call.integer(6);
    int o = item / inner / parts;
    int begin = item / inner % parts * width;
    int end = Math.min(begin + width, n);
    int from = call.offset(0) + o * m * inner + item % inner;
    int places = call.offset(1) + o * m * inner + item % inner;
    int to = call.offset(2) + o * n * inner + item % inner;
    long[] index = call.longs(1);
    if (call.dtype(0) == DType.FLOAT32) {
      float[] dx = call.floats(2);
      for (int j = begin; j < end; j++) {
        dx[to + j * inner] = 0;
      }
      for (int k = 0; k < m; k++) {
        long j = index[places + k * inner];
        if (j >= begin && j < end) {
          dx[to + (int) j * inner] += call.floats(0)[from + k * inner];
        }
      }
    } else {
      double[] dx = call.doubles(2);
      for (int j = begin; j < end; j++) {
        dx[to + j * inner] = 0;
      }
      for (int k = 0; k < m; k++) {
        long j = index[places + k * inner];
        if (j >= begin && j < end) {
          dx[to + (int) j * inner] += call.doubles(0)[from + k * inner];
        }
      }
    }
  }
}
