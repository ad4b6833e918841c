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
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * index_add: y = x with alpha times the rows of a source added where an index says, always in the
 * order of the index; dx = dy, and the gradient of the source is index_select of alpha dy.
 */
public final class IndexAdd extends KernelOp {
  private static final IndexAdd OP = new IndexAdd();

  /** So few rows are looked through by each element rather than ordered. */
  private static final long FEW = 16;

  /** Rows that are added up before they are added to the sum of those before. */
  private static final int BLOCK = 32;

  private IndexAdd() {
    super("index_add", "index/index_add.cl");
  }

  /**
   * x with the parts of a source along a dimension added at the places that an index names.
   *
   * @param index places from 0 to the size of the dimension, integers in one dimension
   * @param source of the shape of x but along {@code dim}, where it has as many parts as the index
   *     has places
   * @throws ShapeException if shapes do not fit or there is no such dimension
   * @throws DTypeException if the index is not of integers, or x and the source differ or are bool
   * @throws IndexException if a place is out of range: at once on the CPU, at the next read
   *     elsewhere
   */
  public static Variable of(Variable x, int dim, Variable index, Variable source, Number alpha) {
    int d = x.shape().dim(OP.name(), dim);
    Variable to = x.rank() == 0 ? Reshape.of(x, Shape.of(1)) : x;
    Variable from = source.rank() == 0 ? Reshape.of(source, Shape.of(1)) : source;
    Variable places = IndexSelect.checkedIndex(OP.name(), index);
    check(to, d, places, from);
    if (Widened.isNeeded(x)) {
      return Widened.through(x, source, (a, b) -> of(a, dim, index, b, alpha));
    }
    long n = to.shape().size(d);
    Variable wide = from.dtype().isFloating() ? from : Cast.to(from, DType.INT64);
    Variable rows = rows(OP.name(), wide, d, Places.of(OP.name(), places, n, d, false), n, -1);
    Variable added = Cast.to(rows, x.dtype());
    Variable y = alpha.doubleValue() == 1 ? Add.of(to, added) : Add.of(to, added, alpha);
    return x.rank() == 0 ? Reshape.of(y, Shape.SCALAR) : y;
  }

  private static void check(Variable x, int d, Variable index, Variable source) {
    if (x.dtype() != source.dtype() || x.dtype() == DType.BOOL) {
      throw new DTypeException(
          "index_add: a source of "
              + source.dtype()
              + " cannot be added to a tensor of "
              + x.dtype()
              + "; convert with to(DType) so that both are numbers of one dtype");
    }
    boolean fits = x.rank() == source.rank() && source.shape().size(d) == index.shape().numel();
    for (int other = 0; fits && other < x.rank(); other++) {
      fits = other == d || x.shape().size(other) == source.shape().size(other);
    }
    if (!fits) {
      throw new ShapeException(
          "index_add: a source of shape "
              + source.shape()
              + " and an index of "
              + index.shape().numel()
              + " places do not fit dimension "
              + d
              + " of shape "
              + x.shape()
              + "; the source must have as many parts there as the index has places, and the sizes"
              + " of the tensor elsewhere");
    }
  }

  /**
   * Zeros with rows added where an index says: what is not from 0 to n - 1 is left out, and so is
   * one row. Linear, so that its gradient is the selection of the same rows.
   *
   * @param source of float32, float64 or int64
   * @param index int64, contiguous, of one dimension
   * @param n how many rows the result has
   * @param skip the row that stays zero, or -1
   */
  static Variable rows(String op, Variable source, int d, Variable index, long n, long skip) {
    Reduction r = Reduction.of(source, new int[] {d});
    long m = index.shape().numel();
    long[] sizes = source.shape().toArray();
    sizes[d] = n;
    Shape shape = Shape.of(sizes);
    Variable y =
        new Variable(
            source.scheduler().newStorage(op, source.dtype(), shape), Layout.contiguous(shape));
    long numel = shape.numel();
    if (m <= FEW) {
      KernelTask.Builder task = kernel(op, "index_add_few", source);
      task.in(r.input().value()).in(index.value()).out(y.value());
      task.i64(numel).i64(n).i64(m).i64(r.inner()).i64(skip);
      add(source, task, numel, IndexAdd::fewTwin);
    } else {
      IndexOrder order = IndexOrder.of(op, index, n);
      KernelTask.Builder task = kernel(op, "index_add_forward", source);
      task.in(r.input().value()).in(order.order().value()).in(order.starts().value());
      task.out(y.value()).i64(numel).i64(n).i64(m).i64(r.inner()).i64(skip);
      add(source, task, numel, IndexAdd::forwardTwin);
      order.release();
    }
    Reduction.release(r.input(), source);
    Node.record(
        OP.nodeName(),
        List.of(source),
        List.of(y),
        List.of(index),
        c -> new @Nullable Variable[] {IndexSelect.rows(op, c.dy(), d, c.saved(0), skip, true)});
    return y;
  }

  private static KernelTask.Builder kernel(String op, String entry, Variable x) {
    return KernelTask.of(op, ProgramSource.ofFile(OP.kernelFile(), x.dtype(), 1), entry);
  }

  private static void add(
      Variable x, KernelTask.Builder task, long items, dev.clgrad.backend.Twin twin) {
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(items, KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                twin));
  }

  private static void fewTwin(TwinCall call) {
    long n = call.integer(4);
    int m = (int) call.integer(5);
    long inner = call.integer(6);
    call.parallel(
        call.integer(3) / inner,
        Math.max(1, 16384 / (inner + m)),
        (begin, end) -> {
          long[] found = new long[m];
          for (long item = begin; item < end; item++) {
            long j = item % n;
            int count = 0;
            for (int k = 0; k < m && j != call.integer(7); k++) {
              if (call.longs(1)[call.offset(1) + k] == j) {
                found[count++] = k;
              }
            }
            row(call, 2, item, item / n * m, found, 0, count, (int) inner);
          }
        });
  }

  private static void forwardTwin(TwinCall call) {
    long n = call.integer(5);
    long m = call.integer(6);
    long inner = call.integer(7);
    long skip = call.integer(8);
    call.parallel(
        call.integer(4) / inner,
        Math.max(1, 16384 / (inner * (m / n + 1))),
        (begin, end) -> {
          for (long item = begin; item < end; item++) {
            int j = call.offset(2) + (int) (item % n);
            int from = (int) call.longs(2)[j];
            int count = item % n == skip ? 0 : (int) call.longs(2)[j + 1] - from;
            int first = call.offset(1) + from;
            row(call, 3, item, item / n * m, call.longs(1), first, count, (int) inner);
          }
        });
  }

  /**
   * Adds up rows of the source in blocks, as the kernel does.
   *
   * @param item which row of the result
   * @param line the first row of the source that can go there
   * @param found which rows after that do, from {@code first} on
   */
  private static void row(
      TwinCall call, int out, long item, long line, long[] found, int first, int count, int inner) {
    int to = call.offset(out) + (int) item * inner;
    int base = call.offset(0) + (int) line * inner;
    switch (call.dtype(out)) {
      case FLOAT32 -> {
        float[] y = call.floats(out);
        float[] block = new float[count == 0 ? 0 : inner];
        Arrays.fill(y, to, to + inner, 0);
        for (int k = 0; k < count; k++) {
          call.lanes()
              .addInto(block, 0, call.floats(0), base + (int) found[first + k] * inner, inner);
          if (k % BLOCK == BLOCK - 1 || k == count - 1) {
            call.lanes().addInto(y, to, block, 0, inner);
            Arrays.fill(block, 0);
          }
        }
      }
      case FLOAT64 -> {
        double[] y = call.doubles(out);
        double[] block = new double[count == 0 ? 0 : inner];
        Arrays.fill(y, to, to + inner, 0);
        for (int k = 0; k < count; k++) {
          call.lanes()
              .addInto(block, 0, call.doubles(0), base + (int) found[first + k] * inner, inner);
          if (k % BLOCK == BLOCK - 1 || k == count - 1) {
            call.lanes().addInto(y, to, block, 0, inner);
            Arrays.fill(block, 0);
          }
        }
      }
      default -> {
        long[] y = call.longs(out);
        Arrays.fill(y, to, to + inner, 0);
        for (int k = 0; k < count; k++) {
          for (int i = 0; i < inner; i++) {
            y[to + i] += call.longs(0)[base + (int) found[first + k] * inner + i];
          }
        }
      }
    }
  }
}
