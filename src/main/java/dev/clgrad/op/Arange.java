package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;

/** arange: y[i] = start + i step. No gradient: it has no input. */
public final class Arange extends KernelOp {
  private static final Arange OP = new Arange();

  private Arange() {
    super("arange", "create/arange.cl");
  }

  /**
   * The numbers start, start + step, … before end.
   *
   * @throws ShapeException if step is 0 or leads away from end, or a limit is not finite
   */
  public static Variable of(
      Scheduler scheduler, DType dtype, Number start, Number end, Number step) {
    long count = count(start, end, step);
    DType computed = Sequence.computed(dtype);
    Variable y = Sequence.output(OP.name(), scheduler, computed, Shape.of(OP.name(), count));
    KernelTask.Builder task = Sequence.task(OP.name(), OP.kernelFile(), y);
    Sequence.scalar(task, computed, start);
    Sequence.scalar(task, computed, step);
    return Cast.to(Sequence.add(task, y, Arange::twin), dtype);
  }

  private static long count(Number start, Number end, Number step) {
    double from = start.doubleValue();
    double to = end.doubleValue();
    double by = step.doubleValue();
    String what = "arange: from " + start + " to " + end + " in steps of " + step + ": ";
    if (!Double.isFinite(from) || !Double.isFinite(to) || !Double.isFinite(by)) {
      throw new ShapeException(what + "start, end and step must be finite");
    }
    if (by == 0) {
      throw new ShapeException(what + "step must not be 0");
    }
    if ((to - from) * by < 0) {
      throw new ShapeException(
          what + "step leads away from end; turn its sign, or exchange start and end");
    }
    if (Pointwise.isFloating(start) || Pointwise.isFloating(end) || Pointwise.isFloating(step)) {
      return (long) Math.ceil((to - from) / by);
    }
    long distance = Math.subtractExact(end.longValue(), start.longValue());
    return Math.floorDiv(
        distance + step.longValue() - Long.signum(step.longValue()), step.longValue());
  }

  private static void twin(TwinCall call) {
    int offset = call.offset(0);
    call.parallel(
        call.integer(1),
        Sequence.GRAIN,
        (begin, end) -> {
          switch (call.dtype(0)) {
            case FLOAT32 -> {
              float[] y = call.floats(0);
              float start = (float) call.real(2);
              float step = (float) call.real(3);
              for (int i = (int) begin; i < end; i++) {
                y[offset + i] = start + i * step;
              }
            }
            case FLOAT64 -> {
              double[] y = call.doubles(0);
              double start = call.real(2);
              double step = call.real(3);
              for (int i = (int) begin; i < end; i++) {
                y[offset + i] = start + i * step;
              }
            }
            default -> {
              long[] y = call.longs(0);
              long start = call.integer(2);
              long step = call.integer(3);
              for (int i = (int) begin; i < end; i++) {
                y[offset + i] = start + i * step;
              }
            }
          }
        });
  }
}
