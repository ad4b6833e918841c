package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.KernelFiles;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.ProgramSource.KernelFile;
import dev.clgrad.schedule.BodyStructure.Access;
import dev.clgrad.schedule.BodyStructure.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns bodies into OpenCL programs. A program's text depends on structure alone; sizes, strides
 * and scalars are arguments, so a structure is rendered and built once.
 */
final class Renderer {
  /** Up to here an index fits 32 bits with room for the padding of the last work-group. */
  private static final long NARROW = 1L << 30;

  private final Limits limits;
  private final long narrow;
  private final Map<Object, ProgramSource> rendered = new HashMap<>();
  private long renders;

  Renderer(Limits limits) {
    this(limits, NARROW);
  }

  /** A renderer that uses 64-bit indices beyond so many elements. */
  Renderer(Limits limits, long narrow) {
    this.limits = limits;
    this.narrow = narrow;
  }

  /** How many programs it has written. */
  long renders() {
    return renders;
  }

  /** What the text of a kernel around other functions depends on. */
  private record Surrounded(
      KernelFile file,
      @Nullable BodyStructure source,
      @Nullable BodyStructure result,
      boolean stored) {}

  /**
   * The elements that a work-item of a body computes: the widest vector that all its types have.
   */
  int width(Body body) {
    int width = 16;
    for (Body.Step step : body.steps()) {
      width = Math.min(width, limits.vectorWidth(step.dtype()));
    }
    return width;
  }

  /**
   * The structure of a body.
   *
   * @param row vectors do not leave rows of so many elements, and begin in them at multiples of the
   *     width
   * @param restrict whether no buffer that is written is also read
   */
  BodyStructure structure(Body body, Role role, int width, long row, boolean restrict) {
    IndexSpace space = body.space();
    int loads = body.loads().size();
    int operands = loads + body.stores().size();
    boolean flat = true;
    for (int o = role == Role.RESULT ? 1 : 0; o < operands; o++) {
      long stride = space.innerStride(o);
      flat &= space.rank() <= 1 && (stride == 1 || space.rank() == 0 || (stride == 0 && o < loads));
    }
    boolean rows = flat || width == 1 || (row > 0 && space.innerSize() % row == 0);
    List<BodyStructure.Step> steps = new ArrayList<>();
    for (Body.Step step : body.steps()) {
      steps.add(new BodyStructure.Step(step.function(), step.dtype(), step.operands()));
    }
    List<DType> types = new ArrayList<>();
    List<Access> inputs = new ArrayList<>();
    for (int i = 0; i < loads; i++) {
      types.add(body.loads().get(i).dtype());
      boolean given = i == 0 && role == Role.RESULT;
      inputs.add(given ? Access.RUN : access(space, i, rows));
    }
    List<Integer> outputs = new ArrayList<>();
    List<Access> outputAccess = new ArrayList<>();
    for (int i = 0; i < body.stores().size(); i++) {
      outputs.add(body.stores().get(i).step());
      Access access = access(space, body.storeOperand(i), rows);
      outputAccess.add(access == Access.SPLAT ? Access.RUN : access);
    }
    return new BodyStructure(
        role,
        steps,
        types,
        inputs,
        outputs,
        outputAccess,
        flat ? 0 : space.rank(),
        width,
        space.numel() > narrow,
        restrict);
  }

  private static Access access(IndexSpace space, int operand, boolean rows) {
    if (!rows) {
      return Access.GATHER;
    }
    long stride = space.innerStride(operand);
    return stride == 0 ? Access.SPLAT : stride == 1 ? Access.RUN : Access.STRIDED;
  }

  /** A kernel of one or several bodies, each over its own work-items. */
  ProgramSource pointwise(String op, List<BodyStructure> parts) {
    return rendered.computeIfAbsent(List.copyOf(parts), p -> renderPointwise(op, parts));
  }

  /**
   * A kernel file whose source is computed, or whose result is computed with.
   *
   * @param stored whether the result itself is stored too
   */
  ProgramSource surrounded(
      String op,
      KernelFile file,
      @Nullable BodyStructure source,
      @Nullable BodyStructure result,
      boolean stored) {
    return rendered.computeIfAbsent(
        new Surrounded(file, source, result, stored),
        s -> renderSurrounded(op, file, source, result, stored));
  }

  private ProgramSource renderPointwise(String op, List<BodyStructure> parts) {
    renders++;
    DType first = parts.get(0).steps().get(0).dtype();
    int width = parts.get(0).width();
    Functions functions = new Functions(first);
    StringBuilder texts = new StringBuilder();
    List<String> parameters = new ArrayList<>();
    StringBuilder calls = new StringBuilder();
    int local = limits.localSize();
    for (int p = 0; p < parts.size(); p++) {
      BodyStructure part = parts.get(p);
      String prefix = parts.size() == 1 ? "" : (char) ('a' + p) + "_";
      BodyText text = new BodyText(part, prefix);
      functions.include(part);
      String name = prefix + "elements";
      texts.append(new BodyText(part, prefix).render(name));
      parameters.addAll(text.parameters());
      String call = name + "(item, " + String.join(", ", text.arguments()) + ");\n";
      if (p == parts.size() - 1) {
        calls.append("  ").append(call);
      } else {
        // Each part has whole work-groups.
        int each = part.width() * local;
        String items = prefix + "items";
        calls.append("  const size_t ").append(items).append(" = (").append(prefix);
        calls.append("numel + ").append(each - 1).append(") / ").append(each).append(" * ");
        calls.append(local).append(";\n  if (item < ").append(items).append(") {\n    ");
        calls.append(call).append("    return;\n  }\n  item -= ").append(items).append(";\n");
      }
    }
    StringBuilder text = new StringBuilder(KernelFiles.prelude());
    text.append(functions.text());
    text.append("#line 1 \"rendered ").append(op).append("\"\n");
    text.append(texts);
    text.append("__kernel __attribute__((reqd_work_group_size(").append(local);
    text.append(", 1, 1)))\nvoid pointwise(\n    ");
    text.append(String.join(",\n    ", parameters)).append(") {\n");
    text.append("  size_t item = get_global_id(0);\n").append(calls).append("}\n");
    return new ProgramSource(op, new KernelFile("", first, width).options(), text.toString());
  }

  private ProgramSource renderSurrounded(
      String op,
      KernelFile file,
      @Nullable BodyStructure source,
      @Nullable BodyStructure result,
      boolean stored) {
    renders++;
    Functions functions = new Functions(file.dtype());
    StringBuilder macros = new StringBuilder();
    StringBuilder texts = new StringBuilder();
    if (source != null) {
      BodyText text = new BodyText(source, "source_");
      functions.include(source);
      texts.append(new BodyText(source, "source_").render("source_elements"));
      define(macros, "SOURCE_PARAMETERS", String.join(", ", text.parameters()));
      define(macros, "SOURCE_ARGUMENTS", String.join(", ", text.arguments()));
      String call = "source_elements(at, lanes" + continued(text.arguments()) + ")";
      define(macros, "SOURCE(at, lanes)", call);
    }
    if (result != null) {
      BodyText text = new BodyText(result, "result_");
      functions.include(result);
      texts.append(new BodyText(result, "result_").render("result_elements"));
      String own = "__global ELEM* y, const ulong y_offset";
      String all = String.join(", ", text.parameters());
      define(macros, "RESULT_PARAMETERS", stored ? own + ", " + all : all);
      String arguments = String.join(", ", text.arguments());
      define(macros, "RESULT_ARGUMENTS", stored ? "y, y_offset, " + arguments : arguments);
      String call = "result_elements(at, lanes, value" + continued(text.arguments()) + ")";
      String store = "write_result(y + y_offset + (at), lanes, value); ";
      define(macros, "RESULT(at, lanes, value)", "{ " + (stored ? store : "") + call + "; }");
    }
    functions.end();
    String text =
        macros
            + KernelFiles.prelude()
            + functions.text()
            + "#line 1 \"rendered "
            + op
            + "\"\n"
            + texts
            + KernelFiles.withLines(file.path());
    return new ProgramSource(op, file.options(), text);
  }

  private static String continued(List<String> arguments) {
    return arguments.isEmpty() ? "" : ", " + String.join(", ", arguments);
  }

  private static void define(StringBuilder to, String name, String value) {
    to.append("#define ").append(name).append(' ').append(value).append('\n');
  }

  /** The kernel files of the functions that a program uses, each once for each element type. */
  private static final class Functions {
    private final StringBuilder text = new StringBuilder();
    private final Set<String> defined = new HashSet<>();
    private final String ownElement;
    private String element;

    Functions(DType dtype) {
      this.ownElement = ProgramSource.elementName(dtype);
      this.element = ownElement;
    }

    void include(BodyStructure structure) {
      for (BodyStructure.Step step : structure.steps()) {
        String file = step.function().file();
        String wanted = ProgramSource.elementName(step.dtype());
        if (defined.add(wanted + " " + file)) {
          change(wanted);
          text.append(KernelFiles.withLines(file));
        }
      }
    }

    /** The prelude's types are macros: functions are defined again for another element type. */
    private void change(String wanted) {
      if (!wanted.equals(element)) {
        text.append("#undef ELEM\n#define ELEM ").append(wanted).append('\n');
        element = wanted;
      }
    }

    void end() {
      change(ownElement);
    }

    String text() {
      return text.toString();
    }
  }
}
