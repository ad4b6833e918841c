package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which of a norm's kernels a device gets; and what the norms do alike around their kernels. */
enum NormKernels {
  ITEMS("", KernelSizes.ITEMS, 1),
  GROUP("_group", KernelSizes.GROUP, 1),
  /** Its work-items do much each: a work-group of one lets all cores have some. */
  ROWS("_rows", 1, 16);

  /** Rows this short are not worth a work-group each. */
  private static final long SHORT_ROW = 32;

  private final String suffix;
  private final int local;
  private final int width;

  NormKernels(String suffix, int local, int width) {
    this.suffix = suffix;
    this.local = local;
    this.width = width;
  }

  /** Those for rows of {@code count} elements. */
  static NormKernels of(Variable x, long count) {
    return KernelSizes.vectors(x) ? ROWS : count > SHORT_ROW ? GROUP : ITEMS;
  }

  KernelTask.Builder kernel(KernelOp op, String direction, DType dtype) {
    ProgramSource program = ProgramSource.ofFile(op.kernelFile(), dtype, width);
    return KernelTask.of(op.name(), program, op.name() + "_" + direction + suffix);
  }

  /** Adds a task with one work-item or work-group for each of {@code items}. */
  void add(KernelTask.Builder task, Variable x, long items, Twin twin) {
    long[] global = KernelSizes.global(this == GROUP ? items * local : items, local);
    x.scheduler().add(task.build(global, KernelSizes.local(local), twin));
  }

  /** What is differentiated by: x, and weight and bias where they are there. */
  static List<Variable> inputs(Variable x, @Nullable Variable weight, @Nullable Variable bias) {
    List<Variable> inputs = new ArrayList<>(List.of(x));
    if (weight != null) {
      inputs.add(weight);
    }
    if (bias != null) {
      inputs.add(bias);
    }
    return inputs;
  }

  /** The gradients of {@link #inputs}, of those of all three. */
  static @Nullable Variable[] given(@Nullable Variable[] all, boolean hasWeight, boolean hasBias) {
    List<@Nullable Variable> given = new ArrayList<>();
    given.add(all[0]);
    if (hasWeight) {
      given.add(all[1]);
    }
    if (hasBias) {
      given.add(all[2]);
    }
    return given.toArray(new @Nullable Variable[0]);
  }

  static Variable scratch(String op, Variable like, Shape shape) {
    return new Variable(
        like.scheduler().newStorage(op, like.dtype(), shape), Layout.contiguous(shape));
  }

  /** A parameter as the kernels read it; without one, its neutral value everywhere. */
  static Variable parameter(
      @Nullable Variable parameter, Variable like, long count, Number neutral) {
    if (parameter == null) {
      return Fill.of(like.scheduler(), like.dtype(), Shape.of(count), neutral);
    }
    Variable p = parameter.detach();
    return p.layout().isContiguous() ? p : Cast.copy(p);
  }

  /** Gives back what {@link #parameter} made. */
  static void release(Variable used, @Nullable Variable parameter) {
    if (parameter == null || used.storage() != parameter.storage()) {
      used.storage().close();
    }
  }

  /** A result where it is needed; else its memory is given back. */
  static @Nullable Variable keep(@Nullable Variable made, boolean needed) {
    if (made != null && !needed) {
      made.storage().close();
    }
    return needed ? made : null;
  }

  /**
   * A parameter's gradient: the sum of the parts that a kernel left.
   *
   * @param partial one part after another
   */
  static @Nullable Variable total(
      String op, @Nullable Variable partial, boolean needed, Shape shape) {
    Variable kept = keep(partial, needed);
    if (kept == null) {
      return null;
    }
    Variable sum = kept;
    if (kept.shape().size(0) > 1) {
      sum = Sum.forward(op, kept, new int[] {0}, false, 1);
      kept.storage().close();
    }
    return new Variable(sum.storage(), Layout.contiguous(shape));
  }
}
