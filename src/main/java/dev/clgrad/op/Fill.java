package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.List;

/** fill: y = value. No gradient: it has no input. */
public final class Fill extends Op {
  private static final Fill OP = new Fill();

  private final PointwiseFunction forward =
      PointwiseFunction.real(kernelFile(), "fill_forward", 0, 1, Fill::twin);

  private Fill() {
    super("fill");
  }

  @Override
  public String kernelFile() {
    return "pointwise/fill.cl";
  }

  /** A new variable with one value everywhere. */
  public static Variable of(Scheduler scheduler, DType dtype, Shape shape, Number value) {
    return Pointwise.apply(
        OP.name(), OP.forward, dtype, List.of(), shape, scheduler, stored(dtype, value));
  }

  /** Overwrites a variable's memory with one value. */
  public static void into(Variable x, Number value) {
    InPlace.write(
        "fill_",
        x,
        (before, out) ->
            Pointwise.task(
                "fill_", OP.forward, x.dtype(), List.of(), out, stored(x.dtype(), value)),
        () -> of(x.scheduler(), x.dtype(), x.shape(), value));
  }

  /** Every value but 0 is true. */
  private static Number stored(DType dtype, Number value) {
    return dtype == DType.BOOL ? (value.doubleValue() != 0 ? 1 : 0) : value;
  }

  private static void twin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    switch (dtype) {
      case FLOAT32 -> Arrays.fill((float[]) out, 0, n, scalars[0].floatValue());
      case FLOAT64 -> Arrays.fill((double[]) out, 0, n, scalars[0].doubleValue());
      case BOOL -> Arrays.fill((byte[]) out, 0, n, scalars[0].byteValue());
      default -> Arrays.fill((long[]) out, 0, n, scalars[0].longValue());
    }
  }
}
