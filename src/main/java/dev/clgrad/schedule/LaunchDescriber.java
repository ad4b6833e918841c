package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Buffer;
import dev.clgrad.backend.Launch;
import dev.clgrad.schedule.LaunchDescription.Fate;
import dev.clgrad.schedule.LaunchDescription.Operand;
import dev.clgrad.schedule.LaunchDescription.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns one planned launch into its description. */
final class LaunchDescriber {
  private final Batch batch;
  private final ContentNames names;
  private final PlannedLaunch launch;
  private final RecordedLaunches.Parts parts;
  private final int number;
  private final Map<Cluster.Read, Integer> readNumbers = new HashMap<>();
  private final List<Operand> reads = new ArrayList<>();
  private final List<Operand> writes = new ArrayList<>();
  private final Map<Integer, Long> readBytes = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private final List<Shape> spaces = new ArrayList<>();
  private long bytesWritten;

  /** The kernel's own step, and the content of its result; -1 where there is none. */
  private int kernelStep = -1;

  private int kernelSlot = -1;

  LaunchDescriber(Batch batch, ContentNames names, PlannedLaunch launch, int number) {
    this.batch = batch;
    this.names = names;
    this.launch = launch;
    this.parts = (RecordedLaunches.Parts) launch.binder();
    this.number = number;
  }

  /**
   * Describes the launch.
   *
   * @param rendered whether it has OpenCL source
   */
  LaunchDescription describe(boolean rendered) {
    String entry = null;
    if (parts.kernel() >= 0) {
      entry = describeKernel();
    } else {
      parts.bodies().forEach(this::describe);
    }
    Launch bound = rendered ? parts.bind(batch, LaunchDescriber::nowhere) : null;
    return new LaunchDescription(
        number,
        launch.op(),
        entry,
        List.copyOf(spaces),
        List.copyOf(steps),
        List.copyOf(reads),
        List.copyOf(writes),
        readBytes.values().stream().mapToLong(b -> b).sum(),
        bytesWritten,
        bound == null ? List.of() : Arrays.stream(bound.global()).boxed().toList(),
        bound == null ? null : bound.program().text());
  }

  private static Arg.Mem nowhere(int slot, long offset, boolean written) {
    return new Arg.Mem(new Buffer(DType.UINT8, 0) {}, offset, written);
  }

  private String describeKernel() {
    int k = parts.kernel();
    KernelTask task = (KernelTask) batch.tasks().get(k);
    LaunchMaker.Source source = parts.source();
    List<Integer> ownReads = new ArrayList<>();
    List<Integer> ownSteps = new ArrayList<>();
    for (int i = 0; i < task.inputs().size(); i++) {
      if (i == task.source() && source != null) {
        int first = steps.size();
        describe(source.body());
        ownSteps.add(first + source.step());
      } else {
        int read = read(batch.reads(k)[i], task.inputs().get(i).layout());
        if (!ownReads.contains(read)) {
          ownReads.add(read);
        }
      }
    }
    List<Integer> ownWrites = new ArrayList<>();
    for (int i = parts.stored() ? 0 : 1; i < task.outputs().size(); i++) {
      ownWrites.add(write(batch.writes(k)[i], task.outputs().get(i).layout()));
    }
    kernelStep = steps.size();
    kernelSlot = batch.writes(k)[0];
    Fate fate = parts.stored() ? Fate.STORED : Fate.COMPUTED_WITHIN;
    steps.add(new Step(task.op(), fate, ownReads, ownSteps, ownWrites));
    Body result = parts.result();
    if (result != null) {
      describe(result);
    }
    return task.entry();
  }

  private static Fate fate(List<Integer> writes) {
    return writes.isEmpty() ? Fate.COMPUTED_WITHIN : Fate.STORED;
  }

  private void describe(Body body) {
    spaces.add(body.shape());
    int first = steps.size();
    for (int i = 0; i < body.steps().size(); i++) {
      Body.Step step = body.steps().get(i);
      List<Integer> stepReads = new ArrayList<>();
      List<Integer> stepSteps = new ArrayList<>();
      for (int operand : step.operands()) {
        boolean computed = operand < 0 || body.loads().get(operand).slot() == kernelSlot;
        List<Integer> to = computed ? stepSteps : stepReads;
        int from;
        if (operand < 0) {
          from = first - 1 - operand;
        } else if (computed) {
          from = kernelStep;
        } else {
          from = read(body.loads().get(operand).slot(), body.loads().get(operand).layout());
        }
        if (!to.contains(from)) {
          to.add(from);
        }
      }
      List<Integer> stepWrites = new ArrayList<>();
      for (Body.Store store : body.stores()) {
        if (store.step() == i) {
          stepWrites.add(write(store.slot(), store.layout()));
        }
      }
      String op = batch.tasks().get(step.task()).op();
      steps.add(new Step(op, fate(stepWrites), stepReads, stepSteps, stepWrites));
    }
  }

  private int read(int slot, Layout layout) {
    Integer known = readNumbers.get(new Cluster.Read(slot, layout));
    if (known != null) {
      return known;
    }
    Operand operand = operand(slot, layout, null);
    int same = reads.indexOf(operand);
    int position = same >= 0 ? same : reads.size();
    readNumbers.put(new Cluster.Read(slot, layout), position);
    if (same < 0) {
      reads.add(operand);
      Content content = batch.content(slot);
      long most = content.length() * content.dtype().bytes();
      long bytes = operand.shape().numel() * content.dtype().bytes();
      readBytes.merge(slot, Math.min(most, bytes), (a, b) -> Math.min(most, a + b));
    }
    return position;
  }

  private int write(int slot, Layout layout) {
    int donor = batch.donor(slot);
    Operand operand = operand(slot, layout, donor < 0 ? null : names.of(batch.content(donor)));
    bytesWritten += operand.shape().numel() * operand.dtype().bytes();
    writes.add(operand);
    return writes.size() - 1;
  }

  private Operand operand(int slot, Layout layout, @Nullable String replaces) {
    Content content = batch.content(slot);
    Layout seen = withoutRepeats(layout);
    StringBuilder how = new StringBuilder();
    if (!seen.isContiguous()) {
      long[] strides = new long[seen.rank()];
      Arrays.setAll(strides, seen::stride);
      how.append("strides ").append(Arrays.toString(strides));
    }
    if (seen.offset() != 0) {
      how.append(how.length() == 0 ? "" : ", ").append("offset ").append(seen.offset());
    }
    return new Operand(
        names.of(content),
        content.dtype(),
        seen.shape(),
        how.toString(),
        names.maker(content),
        replaces);
  }

  /** A view of the elements that a broadcast one repeats. */
  private static Layout withoutRepeats(Layout layout) {
    Layout seen = layout;
    for (int d = 0; d < seen.rank(); d++) {
      if (seen.stride(d) == 0 && seen.size(d) > 1) {
        seen = seen.slice(d, 0, 1, 1);
      }
    }
    for (int d = 0; d < layout.rank() && layout.stride(d) == 0 && layout.size(d) > 1; d++) {
      seen = seen.squeeze(0);
    }
    return seen;
  }
}
