package dev.clgrad.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes {@code docs/ops.md}: what each operation is made of and what it takes, found by looking at
 * its class and its kernel file, and by calling it with each dtype.
 */
final class OpsPage {
  private static final Pattern KERNEL =
      Pattern.compile(
          "(?m)^(?:PURE (?:real|mask)|__kernel[^;{]*?void)\\s+([a-z][a-z0-9_]*)\\s*\\(");

  private final Map<String, dev.clgrad.op.Op> classes;
  private final Map<String, List<Case>> cases;
  private final StringBuilder out = new StringBuilder();

  /**
   * A page.
   *
   * @param classes the operations' classes by their names
   * @param cases the shipped cases by operation
   */
  OpsPage(Map<String, dev.clgrad.op.Op> classes, Map<String, List<Case>> cases) {
    this.classes = classes;
    this.cases = cases;
  }

  String text() throws IOException {
    out.append(
        """
        # Operations

        Written by a test (`OpsPageTest`), which fails when this page is not what the library does. Every operation runs on OpenCL devices and on the
        CPU backend. Names are PyTorch's; the method on `Tensor` is the name in camel case.

        * *kernels*: the file below `kernels/` and what it holds. A *view* has none, and a *composite* is made of other operations, which the schedule fuses.
        * *dtypes*: what its tensors may be of, found by calling it: b bool, u8 uint8, i32 int32, i64 int64, f16 float16, bf16 bfloat16, f32 float32,
          f64 float64 (refused by name where a device has none). Indices, masks and targets have the types that PyTorch gives them.
        * *derivatives*: of any order, or none.
        * *cases*: PyTorch's recorded cases that the tests run on every backend, with fusion and without; then how many of them have second derivatives,
          and how many more must be refused with an error.
        """);
    Map<String, List<String>> families = new LinkedHashMap<>();
    OpTable.FAMILIES.forEach(
        (op, family) -> families.computeIfAbsent(family, f -> new ArrayList<>()).add(op));
    for (Map.Entry<String, List<String>> family : families.entrySet()) {
      out.append("\n## ").append(family.getKey()).append("\n\n");
      out.append("| operation | kernels | dtypes | derivatives | cases | second | errors |\n");
      out.append("|---|---|---|---|--:|--:|--:|\n");
      for (String op : new TreeSet<>(family.getValue())) {
        row(op);
      }
    }
    List<String> without = new ArrayList<>(classes.keySet());
    without.removeAll(OpTable.OPS.keySet());
    out.append("\nWithout recorded cases, and checked by tests of their own: ");
    out.append(String.join(", ", without)).append(".\n");
    return out.toString();
  }

  private void row(String op) throws IOException {
    List<Case> own = cases.getOrDefault(op, List.of());
    long values = own.stream().filter(c -> !c.isError()).count();
    long second = own.stream().filter(c -> !c.isError() && c.doubleBackward() != null).count();
    boolean derivatives =
        own.stream()
            .filter(c -> !c.isError())
            .anyMatch(c -> c.inputs().stream().anyMatch(TensorData::requiresGrad));
    out.append("| ").append(op).append(" | ").append(kernels(op)).append(" | ");
    out.append(String.join(" ", dtypes(op, own))).append(" | ");
    out.append(derivatives ? "any order" : "none").append(" | ").append(values).append(" | ");
    out.append(second).append(" | ").append(own.size() - values).append(" |\n");
  }

  private String kernels(String op) throws IOException {
    dev.clgrad.op.Op type = classes.get(op);
    if (type == null) {
      return "composite";
    }
    String file = type.kernelFile();
    if (file == null) {
      return type.getClass().getSuperclass().getSimpleName().equals("ViewOp")
          ? "view"
          : "composite";
    }
    List<String> names = new ArrayList<>();
    Matcher found = KERNEL.matcher(Files.readString(Path.of("kernels", file)));
    while (found.find()) {
      if (!names.contains(found.group(1))) {
        names.add(found.group(1));
      }
    }
    return "`" + file + "`: " + String.join(", ", names);
  }

  /** The dtypes that a case without empty tensors runs with. */
  private static List<String> dtypes(String op, List<Case> cases) {
    Op entry = OpTable.OPS.get(op);
    List<String> found = new ArrayList<>();
    for (DType dtype : DType.values()) {
      for (Case test : cases) {
        if (entry != null && !test.isError() && isPlain(test) && runs(entry, test, dtype)) {
          found.add(abbreviation(dtype));
          break;
        }
      }
    }
    return found;
  }

  private static boolean isPlain(Case test) {
    return test.json().path("dtype").asText().equals("float32")
        && test.inputs().stream().allMatch(x -> Arrays.stream(x.shape()).allMatch(n -> n > 0));
  }

  private static boolean runs(Op op, Case test, DType dtype) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (TensorData input : test.inputs()) {
      Tensor x = Tensors.of(input);
      inputs.put(input.arg(), input.dtype().isFloating() ? x.to(dtype) : x);
    }
    ObjectNode attrs = test.attrs().deepCopy();
    if (attrs.has("dtype")) {
      attrs.put("dtype", dtype.toString());
    } else if (inputs.isEmpty() && dtype != DType.FLOAT32) {
      return false;
    }
    try {
      op.check(test);
      op.call(new Call(inputs, attrs)).forEach(Tensors::read);
      return true;
    } catch (ClgradException | Unsupported refused) {
      return false;
    }
  }

  private static String abbreviation(DType dtype) {
    return switch (dtype) {
      case BOOL -> "b";
      case UINT8 -> "u8";
      case INT32 -> "i32";
      case INT64 -> "i64";
      case FLOAT16 -> "f16";
      case BFLOAT16 -> "bf16";
      case FLOAT32 -> "f32";
      case FLOAT64 -> "f64";
    };
  }
}
