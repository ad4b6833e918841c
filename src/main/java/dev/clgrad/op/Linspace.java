package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;

/** linspace: values with equal steps from start to end. No gradient: it has no input. */
public final class Linspace extends KernelOp {
  private static final Linspace OP = new Linspace();

  private Linspace() {
    super("linspace", "create/linspace.cl");
  }

  /**
   * {@code steps} values from start to end, both included.
   *
   * @throws DTypeException if the dtype is not floating-point
   * @throws dev.clgrad.ShapeException if steps is negative
   */
  public static Variable of(
      Scheduler scheduler, DType dtype, double start, double end, long steps) {
    if (!dtype.isFloating()) {
      throw new DTypeException(
          "linspace: values of " + dtype + " cannot have equal steps; use float32 or float64");
    }
    if (dtype.isReduced()) {
      return Cast.to(of(scheduler, DType.FLOAT32, start, end, steps), dtype);
    }
    Variable y = Sequence.output(OP.name(), scheduler, dtype, Shape.of(OP.name(), steps));
    double step =
        dtype == DType.FLOAT32
            ? ((float) end - (float) start) / (float) Math.max(steps - 1, 1)
            : (end - start) / Math.max(steps - 1, 1);
    KernelTask.Builder task = Sequence.task(OP.name(), OP.kernelFile(), y);
    Sequence.scalar(task, dtype, start);
    // One value is the start.
    Sequence.scalar(task, dtype, steps == 1 ? start : end);
    Sequence.scalar(task, dtype, step);
    return Sequence.add(task, y, Linspace::twin);
  }

  private static void twin(TwinCall call) {
    int offset = call.offset(0);
    int n = (int) call.integer(1);
    call.parallel(
        n,
        Sequence.GRAIN,
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            float[] y = call.floats(0);
            float first = (float) call.real(2);
            float last = (float) call.real(3);
            float step = (float) call.real(4);
            for (int i = (int) begin; i < end; i++) {
              y[offset + i] = i < n / 2 ? first + i * step : last - (n - 1 - i) * step;
            }
          } else {
            double[] y = call.doubles(0);
            double first = call.real(2);
            double last = call.real(3);
            double step = call.real(4);
            for (int i = (int) begin; i < end; i++) {
              y[offset + i] = i < n / 2 ? first + i * step : last - (n - 1 - i) * step;
            }
          }
        });
  }
}
