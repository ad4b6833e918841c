package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.IndexException;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/** Indices that have been checked, and what they name in several dimensions counted as one. */
final class Places {
  private Places() {}

  /**
   * An index with -1 where it is out of range, which is flagged as an error.
   *
   * @param index int64, contiguous
   * @param n the size of the dimension
   * @param negative whether negative numbers count from the end
   */
  static Variable of(String op, Variable index, long n, int dim, boolean negative) {
    return of(op, null, index, n, dim, negative);
  }

  /**
   * As {@link #of(String, Variable, long, int, boolean)}, after places in the dimensions before:
   * {@code before · n + index}.
   */
  static Variable of(
      String op, @Nullable Variable before, Variable index, long n, int dim, boolean negative) {
    Variable y =
        new Variable(
            index.scheduler().newStorage(op, DType.INT64, index.shape()),
            Layout.contiguous(index.shape()));
    long numel = index.shape().numel();
    KernelTask.Builder task =
        KernelTask.of(
            op, ProgramSource.ofFile("index/index_put.cl", DType.INT64, 1), "index_put_places");
    task.in(before == null ? index.value() : before.value()).in(index.value()).out(y.value());
    task.status(status(op, n, dim)).i64(numel).i64(n);
    task.i32(negative ? 1 : 0).i32(before == null ? 1 : 0);
    index
        .scheduler()
        .add(
            task.build(
                KernelSizes.global(numel, KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                Places::twin));
    return y;
  }

  /** The error of an index out of range. */
  static Arg.Status status(String op, long n, int dim) {
    return new Arg.Status(
        value ->
            new IndexException(
                op
                    + ": index "
                    + value
                    + " is out of range for dimension "
                    + dim
                    + ", which has "
                    + n
                    + " elements"
                    + (n == 0 ? "" : "; expected values from 0 to " + (n - 1))));
  }

  private static void twin(TwinCall call) {
    long n = call.integer(5);
    boolean negative = call.integer(6) != 0;
    boolean first = call.integer(7) != 0;
    for (int k = 0; k < call.integer(4); k++) {
      long index = call.longs(1)[call.offset(1) + k];
      long j = negative && index < 0 ? index + n : index;
      long before = first ? 0 : call.longs(0)[call.offset(0) + k];
      if (j < 0 || j >= n) {
        call.fail(3, index);
      }
      call.longs(2)[call.offset(2) + k] = before < 0 ? -1 : before * n + j;
    }
  }
}
