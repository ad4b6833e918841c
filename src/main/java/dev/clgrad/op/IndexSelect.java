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
 * index_select: the parts of x along a dimension that an index names; dx = each part of dy added
 * where it came from, by index_add.
 */
public final class IndexSelect extends KernelOp {
  private static final IndexSelect OP = new IndexSelect();

  private IndexSelect() {
    super("index_select", "index/index_select.cl");
  }

  /**
   * The parts of x along a dimension that an index names, in the index's order.
   *
   * @param index places from 0 to the size of the dimension, integers in one dimension
   * @throws ShapeException if the index has more dimensions or there is no such dimension
   * @throws DTypeException if the index is not of integers
   * @throws IndexException if a place is out of range: at once on the CPU, at the next read
   *     elsewhere
   */
  public static Variable of(Variable x, int dim, Variable index) {
    int d = x.shape().dim(OP.name(), dim);
    Variable places = checkedIndex(OP.name(), index);
    if (x.rank() == 0) {
      Variable y = rows(OP.name(), Reshape.of(x, Shape.of(1)), 0, places, -1, false);
      return Reshape.of(y, Shape.SCALAR);
    }
    return rows(OP.name(), x, d, places, -1, false);
  }

  /** An index of one dimension as contiguous int64. */
  static Variable checkedIndex(String op, Variable index) {
    if (!index.dtype().isInteger()) {
      throw new DTypeException(
          op
              + ": the index is of "
              + index.dtype()
              + "; expected integers, convert it with to(DType.INT64)");
    }
    if (index.rank() > 1) {
      throw new ShapeException(
          op + ": the index of shape " + index.shape() + " must have one dimension; flatten it");
    }
    Variable flat = Reshape.of(index.detach(), Shape.of(index.shape().numel()));
    Variable places = Cast.to(flat, DType.INT64);
    return places.layout().isContiguous() ? places : Cast.copy(places);
  }

  /**
   * The rows that an index names.
   *
   * @param op the operation it is done for
   * @param index int64, contiguous, of one dimension
   * @param skip the row to which no gradient flows, or -1
   * @param skipping whether that row is taken as zeros, as where this is itself a gradient
   */
  static Variable rows(String op, Variable x, int d, Variable index, long skip, boolean skipping) {
    if (Widened.isNeeded(x)) {
      return Widened.through(x, wide -> rows(op, wide, d, index, skip, skipping));
    }
    Reduction r = Reduction.of(x, new int[] {d});
    long n = r.count();
    long m = index.shape().numel();
    long[] sizes = x.shape().toArray();
    sizes[d] = m;
    Shape shape = Shape.of(sizes);
    Variable y =
        new Variable(x.scheduler().newStorage(op, x.dtype(), shape), Layout.contiguous(shape));
    long numel = shape.numel();
    KernelTask.Builder task =
        KernelTask.of(
            op, ProgramSource.ofFile(OP.kernelFile(), x.dtype(), 1), "index_select_forward");
    task.in(r.input().value()).in(index.value()).out(y.value()).status(Places.status(op, n, d));
    task.i64(numel).i64(n).i64(m).i64(r.inner()).i64(skipping ? skip : -1);
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(numel, KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                IndexSelect::twin));
    Reduction.release(r.input(), x);
    Node.record(
        op.equals("embedding") ? "EmbeddingBackward0" : OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(index),
        c -> new @Nullable Variable[] {IndexAdd.rows(op, c.dy(), d, c.saved(0), n, skip)});
    return y;
  }

  // The loops move elements between arrays of one type, whichever it is.
  @SuppressWarnings("SuspiciousSystemArraycopy")
  private static void twin(TwinCall call) {
    long n = call.integer(5);
    long m = call.integer(6);
    int inner = (int) call.integer(7);
    long skip = call.integer(8);
    call.parallel(
        call.integer(4) / inner,
        Math.max(1, 16384 / inner),
        (begin, end) -> {
          for (long item = begin; item < end; item++) {
            long j = call.longs(1)[call.offset(1) + (int) (item % m)];
            if (j < 0 || j >= n) {
              call.fail(3, j);
            }
            int to = call.offset(2) + (int) item * inner;
            if (j == skip) {
              zero(call, to, inner);
            } else {
              int from = call.offset(0) + (int) (item / m * n + j) * inner;
              System.arraycopy(call.array(0), from, call.array(2), to, inner);
            }
          }
        });
  }

  private static void zero(TwinCall call, int at, int length) {
    if (call.dtype(2) == DType.FLOAT32) {
      java.util.Arrays.fill(call.floats(2), at, at + length, 0);
    } else {
      java.util.Arrays.fill(call.doubles(2), at, at + length, 0);
    }
  }
}
