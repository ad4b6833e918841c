package dev.clgrad.op;

import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.function.LongFunction;

/**
 * Launches that look at the elements of an operand and flag one that an operation must not be
 * given: the error is raised at once on the CPU, at the next host read elsewhere. What the
 * operation computes of such an element is harmless and never seen.
 */
final class ValueCheck {
  private static final String FILE = "check/values.cl";

  private ValueCheck() {}

  /** Flags what is not from 0 to 1. */
  static void probabilities(String op, Variable x) {
    check(
        op,
        x,
        "probabilities",
        at ->
            op
                + ": element "
                + at
                + " of the input, in row-major order, is not a probability from 0 to 1; apply"
                + " sigmoid to scores, or use binaryCrossEntropyWithLogits");
  }

  /** Flags an integer that is 0. */
  static void nonzero(String op, Variable x) {
    check(
        op,
        x,
        "nonzero",
        at ->
            op
                + ": element "
                + at
                + " of the divisor, in row-major order, is the integer 0; convert with"
                + " to(DType.FLOAT32) for infinity or NaN");
  }

  private static void check(String op, Variable x, String what, LongFunction<String> message) {
    long n = x.shape().numel();
    if (n == 0) {
      return;
    }
    if (Widened.isNeeded(x)) {
      Variable wide = Widened.in(x.detach());
      check(op, wide, what, message);
      wide.storage().close();
      return;
    }
    Variable in = x.layout().isContiguous() ? x.detach() : Cast.copy(x.detach());
    Shape one = Shape.of(1);
    Variable done =
        new Variable(x.scheduler().newStorage(op, DType.UINT8, one), Layout.contiguous(one));
    ProgramSource program = ProgramSource.ofFile(FILE, x.dtype(), 1);
    KernelTask.Builder task = KernelTask.of(op, program, "check_" + what);
    task.in(in.value()).out(done.value());
    task.status(new Arg.Status(at -> new ClgradException(message.apply(at)))).i64(n);
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(n, KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                call -> twin(call, x.dtype())));
    Reduction.release(in, x);
    done.storage().close();
  }

  private static void twin(TwinCall call, DType dtype) {
    int at = call.offset(0);
    long n = call.integer(3);
    for (int i = 0; i < n; i++) {
      boolean good =
          switch (dtype) {
            case FLOAT32 -> call.floats(0)[at + i] >= 0 && call.floats(0)[at + i] <= 1;
            case FLOAT64 -> call.doubles(0)[at + i] >= 0 && call.doubles(0)[at + i] <= 1;
            case INT64 -> call.longs(0)[at + i] != 0;
            case INT32 -> ((int[]) call.array(0))[at + i] != 0;
            case UINT8, BOOL -> ((byte[]) call.array(0))[at + i] != 0;
            case FLOAT16, BFLOAT16 -> throw new IllegalStateException(dtype + " is widened before");
          };
      if (!good) {
        call.fail(2, i);
      }
    }
  }
}
