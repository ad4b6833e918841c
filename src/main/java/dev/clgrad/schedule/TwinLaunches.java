package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Launch;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.PlannedLaunch.Buffers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Launches that run through twins: no text is rendered, and sizes and strides stay where they are.
 * The buffers of a kernel's source and of what follows on its result come behind its own arguments.
 */
final class TwinLaunches implements LaunchMaker {
  private static final ProgramSource NO_PROGRAM = new ProgramSource("twins", "", "");
  private static final long[] NO_SIZE = {1};

  @Override
  public boolean canDrop(KernelTask kernel, List<PointwiseTask> following) {
    // The twin leaves its result where it then becomes the final one, tile by tile.
    return holder(kernel, following) != null;
  }

  private static @Nullable PointwiseTask holder(KernelTask kernel, List<PointwiseTask> following) {
    DType dtype = kernel.outputs().get(0).dtype();
    return following.stream().filter(t -> t.resultType() == dtype).findFirst().orElse(null);
  }

  @Override
  public PlannedLaunch.Binder pointwise(String op, List<Body> bodies, boolean restrict) {
    List<BodyTwin> twins = new ArrayList<>();
    int position = 0;
    for (Body body : bodies) {
      twins.add(new BodyTwin(body, position));
      position += body.loads().size() + body.stores().size();
    }
    BodyTwin[] all = twins.toArray(new BodyTwin[0]);
    int count = position;
    return (batch, buffers) -> {
      List<Arg> args = new ArrayList<>(count);
      Number[][][] scalars = new Number[all.length][][];
      for (int i = 0; i < all.length; i++) {
        addBuffers(args, all[i].body(), buffers, -1, -1);
        scalars[i] = scalars(all[i].body(), batch);
      }
      Twin twin =
          call -> {
            for (int i = 0; i < all.length; i++) {
              all[i].run(call, scalars[i]);
            }
          };
      return new Launch(op, NO_PROGRAM, "pointwise", args, NO_SIZE, NO_SIZE, twin);
    };
  }

  private static Number[][] scalars(Body body, Batch batch) {
    Number[][] scalars = new Number[body.steps().size()][];
    for (int i = 0; i < scalars.length; i++) {
      scalars[i] = ((PointwiseTask) batch.tasks().get(body.steps().get(i).task())).scalars();
    }
    return scalars;
  }

  /** Adds the buffers of a body; what would be read from one content comes from another's. */
  private static void addBuffers(
      List<Arg> args, Body body, Buffers buffers, int instead, int held) {
    for (Body.Load load : body.loads()) {
      long offset = load.layout().offset();
      int slot = load.slot() == instead ? held : load.slot();
      args.add(load.isIndex() ? new Arg.I64(offset) : buffers.mem(slot, offset, false));
    }
    for (Body.Store store : body.stores()) {
      args.add(buffers.mem(store.slot(), store.layout().offset(), true));
    }
  }

  @Override
  public PlannedLaunch.Binder kernel(
      String op,
      int number,
      KernelTask task,
      @Nullable Source source,
      @Nullable Body result,
      boolean stored) {
    int own = task.args().size();
    BodyTwin before = source == null ? null : new BodyTwin(source.body(), own);
    int step = source == null ? -1 : source.step();
    int behind = own + (source == null ? 0 : source.body().loads().size());
    BodyTwin after = result == null ? null : new BodyTwin(result, behind);
    int holder = -1;
    if (result != null && !stored) {
      for (int i = 0; i < result.stores().size() && holder < 0; i++) {
        holder =
            result.storeType(i) == task.outputs().get(0).dtype()
                ? result.stores().get(i).slot()
                : -1;
      }
    }
    return new KernelBinder(op, number, before, step, after, holder);
  }

  /** Binds a kernel; its result goes to {@code holder}'s buffer where it has none of its own. */
  private record KernelBinder(
      String op,
      int number,
      @Nullable BodyTwin before,
      int step,
      @Nullable BodyTwin after,
      int holder)
      implements PlannedLaunch.Binder {
    @Override
    public Launch bind(Batch batch, Buffers buffers) {
      KernelTask task = (KernelTask) batch.tasks().get(number);
      List<Arg> args = new ArrayList<>();
      int input = 0;
      int output = 0;
      for (Object arg : task.args()) {
        if (arg instanceof KernelTask.In in) {
          if (input == task.source() && before != null) {
            args.add(before.computed(step, scalars(before.body(), batch)));
          } else {
            int slot = batch.reads(number)[input];
            args.add(buffers.mem(slot, in.value().layout().offset(), false));
          }
          input++;
        } else if (arg instanceof KernelTask.Out out) {
          int slot = holder >= 0 && output == 0 ? holder : batch.writes(number)[output];
          output++;
          args.add(buffers.mem(slot, out.value().layout().offset(), true));
        } else {
          args.add(KernelTask.now(arg));
        }
      }
      if (before != null) {
        addBuffers(args, before.body(), buffers, -1, -1);
      }
      Twin twin = task.twin();
      if (after != null) {
        int slot = batch.writes(number)[0];
        addBuffers(args, after.body(), buffers, holder >= 0 ? slot : -1, holder);
        Number[][] scalars = scalars(after.body(), batch);
        Twin kernel = task.twin();
        BodyTwin then = after;
        twin =
            call -> {
              kernel.run(call);
              then.run(call, scalars);
            };
      }
      return new Launch(
          op, task.program(), task.entry(), args, task.global(), task.local(), twin, task.repeat());
    }
  }
}
