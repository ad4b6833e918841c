package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Launch;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.ProgramSource.KernelFile;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.BodyStructure.Role;
import dev.clgrad.schedule.PlannedLaunch.Buffers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Launches of rendered OpenCL kernels. */
final class OpenClLaunches implements LaunchMaker {
  private static final Twin NO_TWIN =
      call -> {
        throw new IllegalStateException("a launch planned for kernels has no twin");
      };

  private final Renderer renderer;
  private final Limits limits;

  OpenClLaunches(Renderer renderer, Limits limits) {
    this.renderer = renderer;
    this.limits = limits;
  }

  @Override
  public boolean canDrop(KernelTask kernel, List<PointwiseTask> following) {
    return true;
  }

  @Override
  public PlannedLaunch.Binder pointwise(String op, List<Body> bodies, boolean restrict) {
    int width = bodies.stream().mapToInt(renderer::width).min().orElse(1);
    List<BodyStructure> structures = new ArrayList<>();
    long items = 0;
    long local = limits.localSize();
    for (Body body : bodies) {
      structures.add(renderer.structure(body, Role.KERNEL, width, width, restrict));
      long own = (body.space().numel() + width - 1) / width;
      items += (own + local - 1) / local * local;
    }
    ProgramSource program = renderer.pointwise(op, structures);
    long[] global = {items};
    long[] locals = {local};
    return (batch, buffers) -> {
      List<Arg> args = new ArrayList<>();
      for (int i = 0; i < structures.size(); i++) {
        addArguments(args, bodies.get(i), structures.get(i), batch, buffers);
      }
      return new Launch(op, program, "pointwise", args, global, locals, NO_TWIN);
    };
  }

  @Override
  public PlannedLaunch.Binder kernel(
      String op,
      int number,
      KernelTask task,
      @Nullable Source source,
      @Nullable Body result,
      boolean stored) {
    ProgramSource program = task.program();
    BodyStructure before = null;
    BodyStructure after = null;
    if (source != null || result != null) {
      KernelFile file = Objects.requireNonNull(program.file());
      if (source != null) {
        before = renderer.structure(source.body(), Role.SOURCE, file.width(), task.row(), false);
      }
      if (result != null) {
        after = renderer.structure(result, Role.RESULT, file.width(), task.row(), false);
      }
      program = renderer.surrounded(op, file, before, after, stored);
    }
    return new KernelBinder(
        op, number, program, source == null ? null : source.body(), before, result, after, stored);
  }

  private record KernelBinder(
      String op,
      int number,
      ProgramSource program,
      @Nullable Body sourceBody,
      @Nullable BodyStructure source,
      @Nullable Body resultBody,
      @Nullable BodyStructure result,
      boolean stored)
      implements PlannedLaunch.Binder {
    @Override
    public Launch bind(Batch batch, Buffers buffers) {
      // Sizes and scalars are those of the batch's own task.
      KernelTask task = (KernelTask) batch.tasks().get(number);
      List<Arg> args = new ArrayList<>();
      int input = 0;
      int output = 0;
      for (Object arg : task.args()) {
        if (arg instanceof KernelTask.In in) {
          if (input == task.source() && sourceBody != null && source != null) {
            addArguments(args, sourceBody, source, batch, buffers);
          } else {
            int slot = batch.reads(number)[input];
            args.add(buffers.mem(slot, in.value().layout().offset(), false));
          }
          input++;
        } else if (arg instanceof KernelTask.Out out) {
          if (stored || output > 0) {
            int slot = batch.writes(number)[output];
            args.add(buffers.mem(slot, out.value().layout().offset(), true));
          }
          if (output == 0 && resultBody != null && result != null) {
            addArguments(args, resultBody, result, batch, buffers);
          }
          output++;
        } else {
          args.add(KernelTask.now(arg));
        }
      }
      return new Launch(
          op, program, task.entry(), args, task.global(), task.local(), task.twin(), task.repeat());
    }
  }

  /** In the order of {@link BodyText#parameters}. */
  private static void addArguments(
      List<Arg> args, Body body, BodyStructure structure, Batch batch, Buffers buffers) {
    int first = structure.firstInput();
    for (Body.Load load : body.loads().subList(first, body.loads().size())) {
      long offset = load.layout().offset();
      args.add(load.isIndex() ? new Arg.I64(offset) : buffers.mem(load.slot(), offset, false));
    }
    for (Body.Store store : body.stores()) {
      args.add(buffers.mem(store.slot(), store.layout().offset(), true));
    }
    IndexSpace space = body.space();
    if (structure.role() == Role.KERNEL) {
      args.add(new Arg.I64(space.numel()));
    }
    for (int d = 0; d < structure.rank(); d++) {
      args.add(new Arg.I64(space.size(d)));
    }
    int operands = body.loads().size() + body.stores().size();
    for (int o = first; o < operands; o++) {
      for (int d = 0; d < structure.rank(); d++) {
        args.add(new Arg.I64(space.stride(o, d)));
      }
    }
    for (Body.Step step : body.steps()) {
      for (Number scalar : ((PointwiseTask) batch.tasks().get(step.task())).scalars()) {
        args.add(scalarArg(step.dtype(), scalar));
      }
    }
  }

  private static Arg scalarArg(DType dtype, Number scalar) {
    return switch (dtype) {
      case FLOAT16, BFLOAT16, FLOAT32 -> new Arg.F32(scalar.floatValue());
      case FLOAT64 -> new Arg.F64(scalar.doubleValue());
      default -> new Arg.I64(scalar.longValue());
    };
  }
}
