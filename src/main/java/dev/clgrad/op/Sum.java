package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** sum: y = Σ x over dimensions; dx = dy repeated over them. */
public final class Sum extends KernelOp {
  private static final Sum OP = new Sum();
  private static final int LOCAL = 64;

  private Sum() {
    super("sum", "reduce/sum.cl");
  }

  /**
   * The sum over dimensions. Integers and bool give int64, as in PyTorch.
   *
   * @param dims the dimensions, not negative, each once
   * @param keepdim whether they stay with size 1
   */
  public static Variable of(Variable x, int[] dims, boolean keepdim) {
    DType dtype = x.dtype().isFloating() ? x.dtype() : DType.INT64;
    Variable in = x.dtype() == dtype ? x : Cast.to(x, dtype);
    Reduction r = Reduction.of(in, dims);
    Variable y = r.newOutput(OP.name(), dtype, keepdim);
    long items = r.outer() * r.inner();
    KernelTask.Builder task =
        KernelTask.of(OP.name(), ProgramSource.ofFile(OP.kernelFile(), dtype, 1), "sum_forward");
    task.in(r.input().value()).out(y.value()).i64(r.outer()).i64(r.count()).i64(r.inner());
    x.scheduler()
        .add(
            task.build(
                new long[] {(items + LOCAL - 1) / LOCAL * LOCAL}, new long[] {LOCAL}, Sum::twin));
    Shape before = x.shape();
    Shape kept = r.keptShape();
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {Expand.of(Reshape.of(c.dy(), kept), before)});
    return y;
  }

  private static void twin(TwinCall call) {
    long outer = call.integer(2);
    int count = (int) call.integer(3);
    int inner = (int) call.integer(4);
    call.parallel(
        outer * inner,
        Math.max(1, 16384 / Math.max(count, 1)),
        (begin, end) -> {
          for (long item = begin; item < end; item++) {
            int at = (int) (item / inner * count * inner + item % inner) + call.offset(0);
            int to = (int) item + call.offset(1);
            switch (call.dtype(0)) {
              case FLOAT32 -> {
                float sum = 0;
                for (int k = 0; k < count; k++) {
                  sum += call.floats(0)[at + k * inner];
                }
                call.floats(1)[to] = sum;
              }
              case FLOAT64 -> {
                double sum = 0;
                for (int k = 0; k < count; k++) {
                  sum += call.doubles(0)[at + k * inner];
                }
                call.doubles(1)[to] = sum;
              }
              default -> {
                long sum = 0;
                for (int k = 0; k < count; k++) {
                  sum += call.longs(0)[at + k * inner];
                }
                call.longs(1)[to] = sum;
              }
            }
          }
        });
  }
}
