package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.PointwiseFunction.Kind;
import dev.clgrad.schedule.Renderer.Step;
import dev.clgrad.schedule.Renderer.Structure;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the OpenCL C of one group. A work-item computes W neighboring elements as vectors. The
 * last ones of an array are computed with padded lanes by the same vector code, because scalar and
 * vector built-ins differ in their last bit.
 */
final class KernelText {
  /** How an operand's W elements lie in memory. */
  enum Access {
    /** All the same element. */
    SPLAT,
    /** Side by side. */
    RUN,
    /** Anywhere: each lane computes its own index. */
    GATHER
  }

  private final Structure structure;
  private final int localSize;
  private final int width;
  private final StringBuilder out = new StringBuilder();

  KernelText(Structure structure, int localSize) {
    this.structure = structure;
    this.localSize = localSize;
    this.width = structure.width();
  }

  String render() {
    line("__kernel __attribute__((reqd_work_group_size(" + localSize + ", 1, 1)))");
    line("void pointwise(");
    line("    " + String.join(",\n    ", parameters()) + ") {");
    line("  const size_t first = get_global_id(0) * (size_t)" + width + ";");
    line("  if (first >= numel) return;");
    line("  const size_t lanes = min((size_t)(numel - first), (size_t)" + width + ");");
    boolean gathers =
        structure.inputs().contains(Access.GATHER)
            || structure.outputAccess().contains(Access.GATHER);
    if (gathers) {
      gatherAll();
    } else {
      positions();
      for (int i = 0; i < structure.inputs().size(); i++) {
        load(i);
      }
    }
    for (int i = 0; i < structure.steps().size(); i++) {
      compute(i);
    }
    for (int i = 0; i < structure.outputs().size(); i++) {
      store(i);
    }
    line("}");
    return out.toString();
  }

  private List<String> parameters() {
    List<String> list = new ArrayList<>();
    String restrict = structure.restrict() ? " restrict" : "";
    for (int i = 0; i < structure.inputs().size(); i++) {
      list.add(
          "__global const "
              + inputElement(i)
              + "*"
              + restrict
              + " x"
              + i
              + ", const ulong x"
              + i
              + "_offset");
    }
    for (int i = 0; i < structure.outputs().size(); i++) {
      list.add(
          "__global "
              + outputElement(i)
              + "*"
              + restrict
              + " y"
              + i
              + ", const ulong y"
              + i
              + "_offset");
    }
    list.add("const ulong numel");
    for (int d = 0; d < structure.rank(); d++) {
      list.add("const ulong size" + d);
    }
    for (int i = 0; i < structure.inputs().size(); i++) {
      for (int d = 0; d < structure.rank(); d++) {
        list.add("const long x" + i + "_stride" + d);
      }
    }
    for (int i = 0; i < structure.outputs().size(); i++) {
      for (int d = 0; d < structure.rank(); d++) {
        list.add("const long y" + i + "_stride" + d);
      }
    }
    for (int i = 0; i < structure.steps().size(); i++) {
      Step step = structure.steps().get(i);
      String type = step.dtype().isFloating() ? ProgramSource.elementName(step.dtype()) : "long";
      for (int s = 0; s < step.function().scalars(); s++) {
        list.add("const " + type + " s" + i + "_" + s);
      }
    }
    return list;
  }

  /**
   * Where the W elements of this work-item begin, for operands that lie side by side or are all the
   * same.
   */
  private void positions() {
    List<String> names = operandNames();
    if (structure.rank() == 0) {
      for (int o = 0; o < names.size(); o++) {
        boolean splat = o < structure.inputs().size() && structure.inputs().get(o) == Access.SPLAT;
        line(
            "  const size_t "
                + names.get(o)
                + "_at = "
                + names.get(o)
                + "_offset"
                + (splat ? ";" : " + first;"));
      }
      return;
    }
    coordinates("first", "  ");
    for (String name : names) {
      line("  const size_t " + name + "_at = " + name + "_offset" + strideSum(name) + ";");
    }
  }

  private void gatherAll() {
    for (int i = 0; i < structure.inputs().size(); i++) {
      line("  " + inputElement(i) + " x" + i + "_lane[" + width + "];");
    }
    for (int i = 0; i < structure.outputs().size(); i++) {
      line("  size_t y" + i + "_lane[" + width + "];");
    }
    line("  for (int lane = 0; lane < " + width + "; lane++) {");
    coordinates("(first + ((size_t)lane < lanes ? (size_t)lane : 0))", "    ");
    for (int i = 0; i < structure.inputs().size(); i++) {
      line("    x" + i + "_lane[lane] = x" + i + "[x" + i + "_offset" + strideSum("x" + i) + "];");
    }
    for (int i = 0; i < structure.outputs().size(); i++) {
      line("    y" + i + "_lane[lane] = y" + i + "_offset" + strideSum("y" + i) + ";");
    }
    line("  }");
    for (int i = 0; i < structure.inputs().size(); i++) {
      String from = width == 1 ? "x" + i + "_lane[0]" : "vload" + width + "(0, x" + i + "_lane)";
      line("  const " + vector(inputElement(i)) + " x" + i + "_v = " + from + ";");
    }
  }

  private void coordinates(String index, String indent) {
    String type = structure.wide() ? "ulong" : "uint";
    line(indent + type + " rest = (" + type + ")" + index + ";");
    for (int d = structure.rank() - 1; d > 0; d--) {
      line(indent + "const long i" + d + " = (long)(rest % (" + type + ")size" + d + ");");
      line(indent + "rest /= (" + type + ")size" + d + ";");
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

  private void load(int i) {
    String element = inputElement(i);
    String x = "x" + i;
    if (structure.inputs().get(i) == Access.SPLAT) {
      line(
          "  const "
              + vector(element)
              + " "
              + x
              + "_v = ("
              + vector(element)
              + ")("
              + x
              + "["
              + x
              + "_at]);");
    } else if (width == 1) {
      line("  const " + element + " " + x + "_v = " + x + "[" + x + "_at];");
    } else {
      line("  " + vector(element) + " " + x + "_v;");
      line("  if (lanes == " + width + ") {");
      line("    " + x + "_v = vload" + width + "(0, " + x + " + " + x + "_at);");
      line("  } else {");
      line("    " + element + " padded[" + width + "];");
      line("    for (int lane = 0; lane < " + width + "; lane++)");
      line(
          "      padded[lane] = "
              + x
              + "["
              + x
              + "_at + ((size_t)lane < lanes ? (size_t)lane : 0)];");
      line("    " + x + "_v = vload" + width + "(0, padded);");
      line("  }");
    }
  }

  private void compute(int i) {
    Step step = structure.steps().get(i);
    List<String> arguments = new ArrayList<>();
    for (int k = 0; k < step.operands().size(); k++) {
      int operand = step.operands().get(k);
      boolean asMask = step.function().inputs().get(k) == Kind.MASK;
      String from = operand >= 0 ? "x" + operand + "_v" : "v" + (-1 - operand);
      DType type = operand >= 0 ? structure.inputTypes().get(operand) : resultType(-1 - operand);
      boolean isMask = operand < 0 && type == DType.BOOL && resultIsMask(-1 - operand);
      arguments.add(
          asMask ? toMask(from, step.dtype(), isMask) : toReal(from, type, step.dtype(), isMask));
    }
    String element = ProgramSource.elementName(step.dtype());
    for (int s = 0; s < step.function().scalars(); s++) {
      arguments.add("(" + vector(element) + ")((" + element + ")s" + i + "_" + s + ")");
    }
    String type = resultIsMask(i) ? maskType(step.dtype()) : vector(element);
    line(
        "  const "
            + type
            + " v"
            + i
            + " = "
            + step.function().name()
            + "("
            + String.join(", ", arguments)
            + ");");
  }

  private void store(int i) {
    int instruction = structure.outputs().get(i);
    String y = "y" + i;
    String value = "v" + instruction;
    if (resultIsMask(instruction)) {
      value =
          width == 1
              ? "(uchar)(" + value + " ? 1 : 0)"
              : "convert_uchar"
                  + width
                  + "("
                  + value
                  + " & ("
                  + maskType(structure.steps().get(instruction).dtype())
                  + ")1)";
    }
    if (structure.outputAccess().get(i) == Access.GATHER) {
      if (width == 1) {
        line("  " + y + "[" + y + "_lane[0]] = " + value + ";");
      } else {
        line("  " + outputElement(i) + " " + y + "_v[" + width + "];");
        line("  vstore" + width + "(" + value + ", 0, " + y + "_v);");
        line(
            "  for (size_t lane = 0; lane < lanes; lane++) "
                + y
                + "["
                + y
                + "_lane[lane]] = "
                + y
                + "_v[lane];");
      }
    } else if (width == 1) {
      line("  " + y + "[" + y + "_at] = " + value + ";");
    } else {
      line("  if (lanes == " + width + ") {");
      line("    vstore" + width + "(" + value + ", 0, " + y + " + " + y + "_at);");
      line("  } else {");
      line("    " + outputElement(i) + " padded[" + width + "];");
      line("    vstore" + width + "(" + value + ", 0, padded);");
      line(
          "    for (size_t lane = 0; lane < lanes; lane++) "
              + y
              + "["
              + y
              + "_at + lane] = padded[lane];");
      line("  }");
    }
  }

  private String toMask(String from, DType dtype, boolean isMask) {
    if (isMask && width == 1) {
      return from;
    }
    String type = maskType(dtype);
    return width == 1
        ? "(" + from + " != 0)"
        : "(convert_" + type + "(" + from + ") != (" + type + ")0)";
  }

  private String toReal(String from, DType type, DType dtype, boolean isMask) {
    String element = vector(ProgramSource.elementName(dtype));
    if (isMask) {
      // A vector's true is -1 and a scalar's is 1; as a number both are 1.
      return "convert_" + element + (width == 1 ? "(" + from + ")" : "(" + from + " & 1)");
    }
    boolean same = ProgramSource.elementName(type).equals(ProgramSource.elementName(dtype));
    return same ? from : "convert_" + element + "(" + from + ")";
  }

  private DType resultType(int instruction) {
    return resultIsMask(instruction) ? DType.BOOL : structure.steps().get(instruction).dtype();
  }

  private boolean resultIsMask(int instruction) {
    return structure.steps().get(instruction).function().result() == Kind.MASK;
  }

  private String inputElement(int i) {
    return ProgramSource.elementName(structure.inputTypes().get(i));
  }

  private String outputElement(int i) {
    return ProgramSource.elementName(resultType(structure.outputs().get(i)));
  }

  private String vector(String element) {
    return width == 1 ? element : element + width;
  }

  private String maskType(DType dtype) {
    if (width == 1) {
      return "int";
    }
    String element =
        switch (dtype) {
          case FLOAT32, INT32 -> "int";
          case FLOAT64, INT64 -> "long";
          case UINT8, BOOL -> "char";
        };
    return element + width;
  }

  private List<String> operandNames() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < structure.inputs().size(); i++) {
      names.add("x" + i);
    }
    for (int i = 0; i < structure.outputs().size(); i++) {
      names.add("y" + i);
    }
    return names;
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
