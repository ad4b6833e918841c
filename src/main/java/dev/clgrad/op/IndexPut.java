package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
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
 * index_put: y = x with rows of a source in place of those that an index names, the last where it
 * names one twice; dx = dy with zeros there, and the gradient of the source is what dy has there,
 * but zeros for rows that others replaced.
 */
public final class IndexPut extends KernelOp {
  private static final IndexPut OP = new IndexPut();

  private IndexPut() {
    super("index_put", "index/index_put.cl");
  }

  /**
   * x with other rows where an index says.
   *
   * @param d the dimension that the rows are counted in
   * @param index int64, contiguous, of one dimension; what is not from 0 to n - 1 is left out
   * @param source of the dtype of x and its shape, but along {@code d} of the index's
   */
  static Variable rows(Variable x, int d, Variable index, Variable source) {
    Reduction to = Reduction.of(x, new int[] {d});
    Reduction from = Reduction.of(source, new int[] {d});
    long n = to.count();
    long m = index.shape().numel();
    Variable y =
        new Variable(
            x.scheduler().newStorage(OP.name(), x.dtype(), x.shape()),
            Layout.contiguous(x.shape()));
    long numel = x.shape().numel();
    IndexOrder order = IndexOrder.of(OP.name(), index, n);
    KernelTask.Builder task =
        KernelTask.of(
            OP.name(), ProgramSource.ofFile(OP.kernelFile(), x.dtype(), 1), "index_put_forward");
    task.in(to.input().value()).in(order.order().value()).in(order.starts().value());
    task.in(from.input().value()).out(y.value()).i64(numel).i64(n).i64(m).i64(to.inner());
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(numel, KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                IndexPut::twin));
    order.release();
    Reduction.release(to.input(), x);
    Reduction.release(from.input(), source);
    Shape shape = source.shape();
    Node.record(
        OP.nodeName(),
        List.of(x, source),
        List.of(y),
        List.of(index),
        c -> {
          Variable dy = c.dy();
          Variable places = c.saved(0);
          return new @Nullable Variable[] {
            c.needs(0) ? rows(dy, d, places, zeros(dy, shape)) : null,
            c.needs(1) ? sourceGradient(dy, d, places, shape) : null
          };
        });
    return y;
  }

  private static Variable zeros(Variable like, Shape shape) {
    return Fill.of(like.scheduler(), like.dtype(), shape, 0);
  }

  /** What dy has at the places of the index, and zeros for those that name a later one's row. */
  private static Variable sourceGradient(Variable dy, int d, Variable index, Shape shape) {
    long m = index.shape().numel();
    Variable numbers = Arange.of(dy.scheduler(), DType.INT64, 0, m, 1);
    Variable rows = Fill.of(dy.scheduler(), DType.INT64, Shape.of(dy.shape().size(d)), 0);
    Variable last = rows(rows, 0, index, numbers);
    Variable stays = Eq.of(IndexSelect.rows(OP.name(), last, 0, index, -1, false), numbers);
    long[] along = new long[shape.rank()];
    Arrays.fill(along, 1);
    along[d] = m;
    Variable there = IndexSelect.rows(OP.name(), dy, d, index, -1, false);
    Variable zero = Fill.of(dy.scheduler(), dy.dtype(), Shape.SCALAR, 0);
    return Where.of(Reshape.of(stays, Shape.of(along)), there, zero);
  }

  // The loops move elements between arrays of one type, whichever it is.
  @SuppressWarnings("SuspiciousSystemArraycopy")
  private static void twin(TwinCall call) {
    long n = call.integer(6);
    long m = call.integer(7);
    int inner = (int) call.integer(8);
    call.parallel(
        call.integer(5) / inner,
        Math.max(1, 16384 / inner),
        (begin, end) -> {
          long[] starts = call.longs(2);
          for (long item = begin; item < end; item++) {
            int row = call.offset(2) + (int) (item % n);
            boolean put = starts[row + 1] > starts[row];
            long k = put ? call.longs(1)[call.offset(1) + (int) starts[row + 1] - 1] : 0;
            int from = put ? 3 : 0;
            long at = put ? item / n * m + k : item;
            System.arraycopy(
                call.array(from),
                call.offset(from) + (int) at * inner,
                call.array(4),
                call.offset(4) + (int) item * inner,
                inner);
          }
        });
  }
}
