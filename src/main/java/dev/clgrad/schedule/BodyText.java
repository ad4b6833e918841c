package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.BodyStructure.Access;
import dev.clgrad.schedule.BodyStructure.Role;
import dev.clgrad.schedule.BodyStructure.Step;
import dev.clgrad.schedule.PointwiseFunction.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the OpenCL C of one {@link Body} as a function that computes W neighboring elements as
 * vectors. The last ones of an array are computed with padded lanes by the same vector code,
 * because scalar and vector built-ins differ in their last bit.
 */
final class BodyText {
  private final BodyStructure structure;
  private final String prefix;
  private final int width;
  private final LaneText types;
  private final StringBuilder out = new StringBuilder();

  /**
   * A writer.
   *
   * @param prefix stands before the names of parameters
   */
  BodyText(BodyStructure structure, String prefix) {
    this.structure = structure;
    this.prefix = prefix;
    this.width = structure.width();
    this.types = new LaneText(width);
  }

  /** The parameters that the loads, stores, sizes, strides and scalars take, in this order. */
  List<String> parameters() {
    List<String> list = new ArrayList<>();
    String restrict = structure.restrict() ? " restrict" : "";
    for (int i = structure.firstInput(); i < structure.inputs().size(); i++) {
      if (!isIndex(i)) {
        list.add("__global const " + inputStorage(i) + "*" + restrict + " " + x(i));
      }
      list.add("const ulong " + x(i) + "_offset");
    }
    for (int i = 0; i < structure.outputs().size(); i++) {
      list.add("__global " + outputStorage(i) + "*" + restrict + " " + y(i));
      list.add("const ulong " + y(i) + "_offset");
    }
    if (structure.role() == Role.KERNEL) {
      list.add("const ulong " + prefix + "numel");
    }
    for (int d = 0; d < structure.rank(); d++) {
      list.add("const ulong " + size(d));
    }
    for (String name : operandNames()) {
      for (int d = 0; d < structure.rank(); d++) {
        list.add("const long " + name + "_stride" + d);
      }
    }
    for (int i = 0; i < structure.steps().size(); i++) {
      Step step = structure.steps().get(i);
      String type = step.dtype().isFloating() ? ProgramSource.elementName(step.dtype()) : "long";
      for (int s = 0; s < step.function().scalars(); s++) {
        list.add("const " + type + " " + scalar(i, s));
      }
    }
    return list;
  }

  /** The names of the parameters, to hand them on. */
  List<String> arguments() {
    return parameters().stream().map(p -> p.substring(p.lastIndexOf(' ') + 1)).toList();
  }

  /** The function of a name. */
  String render(String name) {
    List<String> parameters = new ArrayList<>();
    String result = "void";
    switch (structure.role()) {
      case KERNEL -> parameters.add("const size_t item");
      case SOURCE -> {
        result = types.vector(ProgramSource.elementName(structure.resultType(lastStep())));
        parameters.add("const size_t first");
        parameters.add("const size_t lanes");
      }
      case RESULT -> {
        parameters.add("const size_t first");
        parameters.add("const size_t lanes");
        parameters.add("const " + types.vector(inputElement(0)) + " " + x(0) + "_v");
      }
    }
    // What the kernel's own parameters say of aliasing is known here too, once this is inlined.
    parameters().forEach(p -> parameters.add(p.replace(" restrict", "")));
    line("static inline " + result + " " + name + "(");
    line("    " + String.join(",\n    ", parameters) + ") {");
    if (structure.role() == Role.KERNEL) {
      line("  const size_t first = item * (size_t)" + width + ";");
      line("  if (first >= " + prefix + "numel) return;");
      line(
          "  const size_t lanes = min((size_t)("
              + prefix
              + "numel - first), (size_t)"
              + width
              + ");");
    }
    if (structure.gathers()) {
      gatherAll();
    } else {
      positions();
      for (int i = structure.firstInput(); i < structure.inputs().size(); i++) {
        load(i);
      }
    }
    for (int i = 0; i < structure.steps().size(); i++) {
      compute(i);
    }
    for (int i = 0; i < structure.outputs().size(); i++) {
      store(i);
    }
    if (structure.role() == Role.SOURCE) {
      line("  return " + numberOf(lastStep()) + ";");
    }
    line("}");
    return out.toString();
  }

  private int lastStep() {
    return structure.steps().size() - 1;
  }

  private String numberOf(int step) {
    return structure.isMask(step) ? stored(step) : "v" + step;
  }

  /**
   * Where the W elements begin, for operands that lie side by side, equally far apart, or are all
   * the same.
   */
  private void positions() {
    List<String> names = operandNames();
    if (structure.rank() == 0) {
      for (int o = 0; o < names.size(); o++) {
        String at = accessOf(o) == Access.SPLAT ? "" : " + first";
        line("  const size_t " + names.get(o) + "_at = " + names.get(o) + "_offset" + at + ";");
      }
      return;
    }
    coordinates("first", "  ");
    for (String name : names) {
      line("  const size_t " + name + "_at = " + name + "_offset" + strideSum(name) + ";");
    }
  }

  private Access accessOf(int operand) {
    int inputs = structure.inputs().size() - structure.firstInput();
    return operand < inputs
        ? structure.inputs().get(operand + structure.firstInput())
        : structure.outputAccess().get(operand - inputs);
  }

  private void gatherAll() {
    for (int i = structure.firstInput(); i < structure.inputs().size(); i++) {
      line("  " + inputStorage(i) + " " + x(i) + "_lane[" + width + "];");
    }
    for (int i = 0; i < structure.outputs().size(); i++) {
      line("  size_t " + y(i) + "_lane[" + width + "];");
    }
    line(types.unrolled() + "  for (int lane = 0; lane < " + width + "; lane++) {");
    coordinates("(first + ((size_t)lane < lanes ? (size_t)lane : 0))", "    ");
    for (int i = structure.firstInput(); i < structure.inputs().size(); i++) {
      String at = x(i) + "_offset" + strideSum(x(i));
      String from = isIndex(i) ? "(long)(" + at + ")" : x(i) + "[" + at + "]";
      line("    " + x(i) + "_lane[lane] = " + from + ";");
    }
    for (int i = 0; i < structure.outputs().size(); i++) {
      line("    " + y(i) + "_lane[lane] = " + y(i) + "_offset" + strideSum(y(i)) + ";");
    }
    line("  }");
    for (int i = structure.firstInput(); i < structure.inputs().size(); i++) {
      String lanes = x(i) + "_lane";
      String from = width == 1 ? lanes + "[0]" : "vload" + width + "(0, " + lanes + ")";
      line("  const " + types.vector(inputStorage(i)) + " " + loaded(i) + " = " + from + ";");
      widen(i);
    }
  }

  private void coordinates(String index, String indent) {
    String type = structure.wide() ? "ulong" : "uint";
    line(indent + type + " rest = (" + type + ")" + index + ";");
    for (int d = structure.rank() - 1; d > 0; d--) {
      line(indent + "const long i" + d + " = (long)(rest % (" + type + ")" + size(d) + ");");
      line(indent + "rest /= (" + type + ")" + size(d) + ";");
    }
    line(indent + "const long i0 = (long)rest;");
  }

  private String strideSum(String name) {
    StringBuilder sum = new StringBuilder();
    for (int d = 0; d < structure.rank(); d++) {
      sum.append(" + i").append(d).append(" * ").append(name).append("_stride").append(d);
    }
    return sum.toString();
  }

  /** How far apart the lanes of an operand lie. */
  private String innerStride(String name) {
    return name + "_stride" + (structure.rank() - 1);
  }

  private void load(int i) {
    String element = inputStorage(i);
    String type = types.vector(element);
    String x = x(i);
    String v = loaded(i);
    Access access = structure.inputs().get(i);
    if (isIndex(i)) {
      // Nothing is read: lanes beyond the last element do no harm.
      var all = IntStream.range(0, width).mapToObj(Integer::toString);
      String lanes = all.collect(Collectors.joining(", ", "(" + type + ")(", ")"));
      String apart = access == Access.RUN ? lanes : lanes + " * " + innerStride(x);
      String from = "(" + type + ")((long)" + x + "_at)";
      boolean same = access == Access.SPLAT || width == 1;
      line("  const " + type + " " + x + "_v = " + from + (same ? "" : " + " + apart) + ";");
    } else if (access == Access.SPLAT) {
      line("  const " + type + " " + v + " = (" + type + ")(" + x + "[" + x + "_at]);");
    } else if (width == 1) {
      line("  const " + element + " " + v + " = " + x + "[" + x + "_at];");
    } else {
      String inside = "((size_t)lane < lanes ? (size_t)lane : 0)";
      String lane = access == Access.RUN ? inside : "(long)" + inside + " * " + innerStride(x);
      line("  " + type + " " + v + ";");
      if (access == Access.RUN) {
        line("  if (lanes == " + width + ") {");
        line("    " + v + " = vload" + width + "(0, " + x + " + " + x + "_at);");
        line("  } else {");
      } else {
        line("  {");
      }
      line("    " + element + " padded[" + width + "];");
      line("    for (int lane = 0; lane < " + width + "; lane++)");
      line("      padded[lane] = " + x + "[" + x + "_at + " + lane + "];");
      line("    " + v + " = vload" + width + "(0, padded);");
      line("  }");
    }
    widen(i);
  }

  /** The variable that a load fills: bits where those are not yet numbers. */
  private String loaded(int i) {
    return x(i) + (structure.inputTypes().get(i).isReduced() ? "_bits" : "_v");
  }

  /** Makes numbers of the bits of float16 and bfloat16. */
  private void widen(int i) {
    DType dtype = structure.inputTypes().get(i);
    if (dtype.isReduced()) {
      String from = "from_" + dtype + "(" + loaded(i) + ")";
      line("  const " + types.vector("float") + " " + x(i) + "_v = " + from + ";");
    }
  }

  private void compute(int i) {
    Step step = structure.steps().get(i);
    List<String> arguments = new ArrayList<>();
    for (int k = 0; k < step.operands().size(); k++) {
      int operand = step.operands().get(k);
      boolean asMask = step.function().inputs().get(k) == Kind.MASK;
      String from = operand >= 0 ? x(operand) + "_v" : "v" + (-1 - operand);
      DType type =
          operand >= 0 ? structure.inputTypes().get(operand) : structure.resultType(-1 - operand);
      boolean isMask = operand < 0 && structure.isMask(-1 - operand);
      DType made = isMask ? structure.steps().get(-1 - operand).dtype() : type;
      arguments.add(
          asMask
              ? types.toMask(from, step.dtype(), isMask, made)
              : types.toReal(from, type, step.dtype(), isMask));
    }
    String element = ProgramSource.elementName(step.dtype());
    for (int s = 0; s < step.function().scalars(); s++) {
      arguments.add("(" + types.vector(element) + ")((" + element + ")" + scalar(i, s) + ")");
    }
    String type = structure.isMask(i) ? types.maskType(step.dtype()) : types.vector(element);
    String call = step.function().name() + "(" + String.join(", ", arguments) + ")";
    // Each result is rounded, whether it is stored or not: fused and unfused schedules agree.
    boolean rounds = step.dtype().isReduced() && !structure.isMask(i);
    String result =
        rounds ? "from_" + step.dtype() + "(" + types.narrowed(step.dtype(), call) + ")" : call;
    line("  const " + type + " v" + i + " = " + result + ";");
  }

  /** A result as it lies in memory. */
  private String stored(int step) {
    String value = "v" + step;
    if (!structure.isMask(step)) {
      DType dtype = structure.steps().get(step).dtype();
      return dtype.isReduced() ? types.narrowed(dtype, value) : value;
    }
    String type = types.maskType(structure.steps().get(step).dtype());
    return width == 1
        ? "(uchar)(" + value + " ? 1 : 0)"
        : "convert_uchar" + width + "(" + value + " & (" + type + ")1)";
  }

  private void store(int i) {
    String y = y(i);
    String value = stored(structure.outputs().get(i));
    Access access = structure.outputAccess().get(i);
    if (width == 1) {
      String at = access == Access.GATHER ? y + "_lane[0]" : y + "_at";
      line("  " + y + "[" + at + "] = " + value + ";");
      return;
    }
    if (access == Access.RUN) {
      line("  if (lanes == " + width + ") {");
      line("    vstore" + width + "(" + value + ", 0, " + y + " + " + y + "_at);");
      line("  } else {");
    } else {
      line("  {");
    }
    if (types.isUnrolled()) {
      line("    const " + types.vector(outputStorage(i)) + " " + y + "_v = " + value + ";");
      for (int lane = 0; lane < width; lane++) {
        String to = element(y, access, lane);
        line("    if (lanes > " + lane + ") " + to + " = " + y + "_v.s" + lane + ";");
      }
    } else {
      line("    " + outputStorage(i) + " padded[" + width + "];");
      line("    vstore" + width + "(" + value + ", 0, padded);");
      String to = element(y, access, "lane");
      line("    for (size_t lane = 0; lane < lanes; lane++) " + to + " = padded[lane];");
    }
    line("  }");
  }

  private String element(String y, Access access, Object lane) {
    return switch (access) {
      case GATHER -> y + "[" + y + "_lane[" + lane + "]]";
      case STRIDED -> y + "[" + y + "_at + (long)" + lane + " * " + innerStride(y) + "]";
      default -> y + "[" + y + "_at + " + lane + "]";
    };
  }

  private boolean isIndex(int i) {
    return structure.indices().contains(i);
  }

  private String inputElement(int i) {
    return ProgramSource.elementName(structure.inputTypes().get(i));
  }

  private String inputStorage(int i) {
    return ProgramSource.storageName(structure.inputTypes().get(i));
  }

  private String outputStorage(int i) {
    return ProgramSource.storageName(structure.resultType(structure.outputs().get(i)));
  }

  private List<String> operandNames() {
    List<String> names = new ArrayList<>();
    for (int i = structure.firstInput(); i < structure.inputs().size(); i++) {
      names.add(x(i));
    }
    for (int i = 0; i < structure.outputs().size(); i++) {
      names.add(y(i));
    }
    return names;
  }

  private String x(int i) {
    return prefix + "x" + i;
  }

  private String y(int i) {
    return prefix + "y" + i;
  }

  private String size(int dim) {
    return prefix + "size" + dim;
  }

  private String scalar(int step, int s) {
    return prefix + "s" + step + "_" + s;
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
