package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.KernelFiles;
import dev.clgrad.backend.Launch;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.Group.Instruction;
import dev.clgrad.schedule.KernelText.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns groups of pointwise functions into launches. The kernel's text depends only on a group's
 * structure; sizes, strides and scalars are arguments, so a structure is rendered and built once.
 */
final class Renderer {
  /** Up to here an index fits 32 bits with room for the padding of the last work-group. */
  private static final long NARROW = 1L << 30;

  private final Limits limits;
  private final long narrow;
  private final Map<Structure, ProgramSource> rendered = new HashMap<>();

  Renderer(Limits limits) {
    this(limits, NARROW);
  }

  /** A renderer that uses 64-bit indices beyond so many elements. */
  Renderer(Limits limits, long narrow) {
    this.limits = limits;
    this.narrow = narrow;
  }

  /** Everything that the text of a kernel depends on. */
  record Structure(
      List<Step> steps,
      List<DType> inputTypes,
      List<Access> inputs,
      List<Integer> outputs,
      List<Access> outputAccess,
      int rank,
      int width,
      boolean wide,
      boolean restrict) {}

  /** An instruction without its values. */
  record Step(PointwiseFunction function, DType dtype, List<Integer> operands) {}

  Launch launch(Group group) {
    IndexSpace space = group.space();
    int inputs = group.inputs().size();
    int width = Integer.MAX_VALUE;
    List<Step> steps = new ArrayList<>();
    for (Instruction i : group.instructions()) {
      steps.add(new Step(i.function(), i.dtype(), i.operands()));
      width = Math.min(width, limits.vectorWidth(i.dtype()));
    }
    boolean unit = space.hasUnitInner(inputs);
    boolean flat = unit && space.rank() <= 1;
    boolean rows = unit && !flat && space.innerSize() % width == 0;
    List<DType> types = new ArrayList<>();
    List<Access> access = new ArrayList<>();
    for (int i = 0; i < inputs; i++) {
      types.add(group.inputs().get(i).dtype());
      access.add(access(space, i, flat, rows));
    }
    List<Integer> outputs = new ArrayList<>();
    List<Access> outputAccess = new ArrayList<>();
    for (int i = 0; i < group.outputs().size(); i++) {
      outputs.add(group.outputs().get(i).instruction());
      Access a = access(space, group.outputOperand(i), flat, rows);
      outputAccess.add(a == Access.SPLAT ? Access.RUN : a);
    }
    Structure structure =
        new Structure(
            steps,
            types,
            access,
            outputs,
            outputAccess,
            flat ? 0 : space.rank(),
            width,
            space.numel() > narrow,
            !group.writesWhatItReads());
    ProgramSource program = rendered.computeIfAbsent(structure, s -> render(group.op(), s));
    long local = limits.localSize();
    long items = (space.numel() + width - 1) / width;
    return new Launch(
        group.op(),
        program,
        "pointwise",
        arguments(group, flat),
        new long[] {(items + local - 1) / local * local},
        new long[] {local},
        new GroupTwin(group));
  }

  private static Access access(IndexSpace space, int operand, boolean flat, boolean rows) {
    if (flat || rows) {
      return space.innerStride(operand) == 0 ? Access.SPLAT : Access.RUN;
    }
    return Access.GATHER;
  }

  /** In the order of the kernel's parameters; {@link GroupTwin} counts on it. */
  private static List<Arg> arguments(Group group, boolean flat) {
    IndexSpace space = group.space();
    int rank = flat ? 0 : space.rank();
    List<Arg> args = new ArrayList<>();
    for (Value input : group.inputs()) {
      args.add(new Arg.Mem(input.content().buffer(), input.layout().offset(), false));
    }
    for (Group.Output output : group.outputs()) {
      Value value = output.value();
      args.add(new Arg.Mem(value.content().buffer(), value.layout().offset(), true));
    }
    args.add(new Arg.I64(space.numel()));
    for (int d = 0; d < rank; d++) {
      args.add(new Arg.I64(space.size(d)));
    }
    int operands = group.inputs().size() + group.outputs().size();
    for (int o = 0; o < operands; o++) {
      for (int d = 0; d < rank; d++) {
        args.add(new Arg.I64(space.stride(o, d)));
      }
    }
    for (Instruction instruction : group.instructions()) {
      for (Number scalar : instruction.scalars()) {
        args.add(
            switch (instruction.dtype()) {
              case FLOAT32 -> new Arg.F32(scalar.floatValue());
              case FLOAT64 -> new Arg.F64(scalar.doubleValue());
              default -> new Arg.I64(scalar.longValue());
            });
      }
    }
    return args;
  }

  private ProgramSource render(String op, Structure structure) {
    DType first = structure.steps().get(0).dtype();
    StringBuilder text = new StringBuilder(KernelFiles.prelude());
    Set<String> defined = new HashSet<>();
    String current = ProgramSource.elementName(first);
    for (Step step : structure.steps()) {
      String file = step.function().file();
      String element = ProgramSource.elementName(step.dtype());
      if (defined.add(element + " " + file)) {
        if (!element.equals(current)) {
          // The prelude's types are macros: the same functions are defined again for another
          // element type.
          text.append("#undef ELEM\n#define ELEM ").append(element).append('\n');
          current = element;
        }
        text.append(KernelFiles.withLines(file));
      }
    }
    text.append("#line 1 \"rendered ").append(op).append("\"\n");
    text.append(new KernelText(structure, limits.localSize()).render());
    String options = "-DELEM=" + ProgramSource.elementName(first) + " -DW=" + structure.width();
    return new ProgramSource(op, options, text.toString());
  }
}
