package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;

/** eye: 1 on the diagonal, else 0. No gradient: it has no input. */
public final class Eye extends KernelOp {
  private static final Eye OP = new Eye();

  private Eye() {
    super("eye", "create/eye.cl");
  }

  /** A matrix with ones on the diagonal. */
  public static Variable of(Scheduler scheduler, DType dtype, long rows, long columns) {
    DType computed = Sequence.computed(dtype);
    Variable y =
        Sequence.output(OP.name(), scheduler, computed, Shape.of(OP.name(), rows, columns));
    KernelTask.Builder task = Sequence.task(OP.name(), OP.kernelFile(), y).i64(columns);
    return Cast.to(Sequence.add(task, y, Eye::twin), dtype);
  }

  private static void twin(TwinCall call) {
    int offset = call.offset(0);
    long columns = call.integer(2);
    call.parallel(
        call.integer(1),
        Sequence.GRAIN,
        (begin, end) -> {
          for (int i = (int) begin; i < end; i++) {
            int value = i / columns == i % columns ? 1 : 0;
            switch (call.dtype(0)) {
              case FLOAT32 -> call.floats(0)[offset + i] = value;
              case FLOAT64 -> call.doubles(0)[offset + i] = value;
              default -> call.longs(0)[offset + i] = value;
            }
          }
        });
  }
}
