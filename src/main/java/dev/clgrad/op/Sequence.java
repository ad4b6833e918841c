package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;

/** How kernels that make a tensor from the index alone are launched: one work-item an element. */
final class Sequence {
  /** Fewer elements than this are not worth another thread. */
  static final long GRAIN = 16 * 1024;

  private static final int LOCAL = 64;

  private Sequence() {}

  /**
   * The type they are computed in: the integer types go by way of int64, float16 by way of float32.
   */
  static DType computed(DType dtype) {
    return dtype.isFloating() ? dtype.arithmetic() : DType.INT64;
  }

  /** A new contiguous variable. */
  static Variable output(String op, Scheduler scheduler, DType dtype, Shape shape) {
    return new Variable(scheduler.newStorage(op, dtype, shape), Layout.contiguous(shape));
  }

  /** A task with the output and the number of its elements as its first arguments. */
  static KernelTask.Builder task(String op, String file, Variable y) {
    return KernelTask.of(op, ProgramSource.ofFile(file, y.dtype(), 1), op + "_forward")
        .out(y.value())
        .i64(y.shape().numel());
  }

  /** Adds an argument of the output's type. */
  static KernelTask.Builder scalar(KernelTask.Builder task, DType dtype, Number value) {
    return switch (dtype) {
      case FLOAT32 -> task.f32(value.floatValue());
      case FLOAT64 -> task.f64(value.doubleValue());
      default -> task.i64(value.longValue());
    };
  }

  /** Schedules the task. */
  static Variable add(KernelTask.Builder task, Variable y, Twin twin) {
    long n = y.shape().numel();
    y.scheduler()
        .add(task.build(new long[] {(n + LOCAL - 1) / LOCAL * LOCAL}, new long[] {LOCAL}, twin));
    return y;
  }
}
