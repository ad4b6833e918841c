package dev.clgrad.op;

import dev.clgrad.ShapeException;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** flip: dimensions in reverse order, a copy; dx = dy flipped likewise. */
public final class Flip extends KernelOp {
  private static final Flip OP = new Flip();

  private Flip() {
    super("flip", "join/flip.cl");
  }

  /**
   * x with dimensions in reverse order; as it is where none is named.
   *
   * @throws ShapeException if a dimension does not exist or is named twice
   */
  public static Variable of(Variable x, int... dims) {
    int[] over = dims.length == 0 ? dims : Dims.of(OP.name(), x.shape(), dims);
    Variable y = x.detach();
    int end = over.length;
    while (end > 0) {
      int begin = end - 1;
      while (begin > 0 && over[begin - 1] == over[begin] - 1) {
        begin--;
      }
      Variable before = y;
      y = run(before, over[begin], over[end - 1]);
      Reduction.release(before, x);
      end = begin;
    }
    if (y.storage() == x.storage()) {
      y = Cast.copy(y);
    }
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {of(c.dy(), over)});
    return y;
  }

  /** Neighboring dimensions are reversed together, as one. */
  private static Variable run(Variable x, int first, int last) {
    Variable in = x.layout().isContiguous() ? x : Cast.copy(x);
    long n = 1;
    long inner = 1;
    for (int d = first; d < x.rank(); d++) {
      n *= d <= last ? x.shape().size(d) : 1;
      inner *= d > last ? x.shape().size(d) : 1;
    }
    Variable y =
        new Variable(
            x.scheduler().newStorage(OP.name(), x.dtype(), x.shape()),
            Layout.contiguous(x.shape()));
    long numel = x.shape().numel();
    KernelTask.Builder task =
        KernelTask.of(
            OP.name(), ProgramSource.ofFile(OP.kernelFile(), x.dtype(), 1), "flip_forward");
    task.in(in.value()).out(y.value()).i64(numel).i64(n).i64(inner);
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(numel, KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                Flip::twin));
    Reduction.release(in, x);
    return y;
  }

  // The loop moves elements between arrays of one type, whichever it is.
  @SuppressWarnings("SuspiciousSystemArraycopy")
  private static void twin(TwinCall call) {
    int n = (int) call.integer(3);
    int inner = (int) call.integer(4);
    call.parallel(
        call.integer(2) / inner,
        Math.max(1, 16384 / inner),
        (begin, end) -> {
          for (int row = (int) begin; row < end; row++) {
            int k = row % n;
            int from = call.offset(0) + (row - k + n - 1 - k) * inner;
            int to = call.offset(1) + row * inner;
            System.arraycopy(call.array(0), from, call.array(1), to, inner);
          }
        });
  }
}
