package dev.clgrad.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.Tensor;
import dev.clgrad.op.Op;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * An operation is one name: each has its class, kernel file, method on {@link Tensor} and cases.
 */
class OpPartsTest {
  /** Operations that users reach by another name, and by which. */
  private static final Map<String, String> METHODS_OF_OTHER_NAME =
      Map.of(
          "cast", "to",
          "fill", "full",
          "cube", "pow",
          "random", "rand",
          "gelu_tanh", "gelu",
          "trunc_divide", "div",
          "convolution", "conv2d",
          "convolution_weight", "conv2d");

  /** Operations whose class has another name, and which. */
  private static final Map<String, String> CLASSES_OF_OTHER_NAME = Map.of("to", "move");

  /** Operations without an entry in the table, and what checks them instead. */
  private static final Map<String, String> WITHOUT_CASES =
      Map.ofEntries(
          Map.entry("cast", "softmax with dtype, and every case that mixes dtypes"),
          Map.entry("fill", "full, zeros and ones"),
          Map.entry("cube", "pow with exponent 3"),
          Map.entry("rpow", "pow of a number"),
          Map.entry("rdiv", "tests of its own"),
          Map.entry("random", "tests of its own"),
          Map.entry("dropout", "tests of its own"),
          Map.entry("index_put", "tests of its own"),
          Map.entry("tensordot", "tests of its own"),
          Map.entry("kron", "tests of its own"),
          Map.entry("t", "transpose, and tests of its own"),
          Map.entry("to", "tests of its own"),
          Map.entry("gelu_tanh", "gelu with approximate tanh"),
          Map.entry("polygamma", "digamma and lgamma, which it is the gradient of"),
          Map.entry("clamp_min", "clamp"),
          Map.entry("clamp_max", "clamp"),
          Map.entry("trunc_divide", "div with a rounding mode"),
          Map.entry("bitwise_and", "tests of its own"),
          Map.entry("bitwise_or", "tests of its own"),
          Map.entry("bitwise_xor", "tests of its own"),
          Map.entry("bitwise_not", "tests of its own"),
          Map.entry("bitwise_left_shift", "tests of its own"),
          Map.entry("bitwise_right_shift", "tests of its own"),
          Map.entry("convolution", "conv1d, conv2d, conv3d and the transposed ones"),
          Map.entry("convolution_weight", "the gradients of conv2d and the others"));

  /** Kernel files that belong to no operation of their name. */
  private static final Set<String> SHARED_FILES =
      Set.of(
          "prelude.cl",
          "check/values.cl",
          "attention/attention_rows.cl",
          "conv/convolution_depthwise.cl",
          "conv/convolution_winograd.cl",
          "conv/convolution_winograd_channels.cl",
          "matmul/matmul_narrow.cl",
          "matmul/matmul_blocks.cl",
          "matmul/matmul_groups.cl",
          "matmul/matmul_tiles.cl",
          "matmul/matmul_units.cl",
          "matmul/matmul_subgroups.cl",
          "linalg/lu.cl");

  private static final Map<String, Op> OPS = new TreeMap<>();

  @BeforeAll
  static void scan() throws IOException, ReflectiveOperationException {
    OPS.putAll(OpClasses.all());
    assertTrue(OPS.containsKey("tanh"), "the scan found " + OPS.keySet());
  }

  @Test
  void everyClassHasTheNameOfItsOp() {
    OPS.forEach(
        (name, op) ->
            assertEquals(
                CLASSES_OF_OTHER_NAME.getOrDefault(name, name).replace("_", ""),
                op.getClass().getSimpleName().toLowerCase(Locale.ROOT)));
  }

  private static String camelCase(String name) {
    String[] words = name.split("_", -1);
    return words[0]
        + Arrays.stream(words, 1, words.length)
            .map(w -> Character.toUpperCase(w.charAt(0)) + w.substring(1))
            .collect(Collectors.joining());
  }

  @Test
  void everyOpHasItsMethod() {
    Set<String> methods =
        Arrays.stream(Tensor.class.getMethods()).map(Method::getName).collect(Collectors.toSet());
    for (String name : OPS.keySet()) {
      String method = METHODS_OF_OTHER_NAME.getOrDefault(name, camelCase(name));
      assertTrue(methods.contains(method), "Tensor has no method " + method);
    }
  }

  @Test
  void everyOpHasItsKernelFileAndEveryFileItsOp() throws IOException {
    Set<String> named = new TreeSet<>();
    for (Op op : OPS.values()) {
      String file = op.kernelFile();
      if (file != null) {
        named.add(file);
        assertNotNull(
            Op.class.getResource("/dev/clgrad/kernels/" + file), op.name() + " has no " + file);
        assertTrue(
            file.endsWith("/" + op.name() + ".cl"), op.name() + " has a file of another name");
      }
    }
    Path kernels = Path.of("kernels");
    try (Stream<Path> files = Files.walk(kernels)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".cl")).toList()) {
        String name = kernels.relativize(file).toString().replace('\\', '/');
        assertTrue(named.contains(name) || SHARED_FILES.contains(name), name + " has no operation");
      }
    }
  }

  @Test
  void everyOpHasItsCases() {
    for (String name : OPS.keySet()) {
      assertTrue(
          OpTable.OPS.containsKey(name) != WITHOUT_CASES.containsKey(name),
          name + " needs a line in OpTable, or a reason why it has no cases, but not both");
    }
  }

  @Test
  void theListsNameOpsThatAreThere() {
    assertTrue(OPS.keySet().containsAll(METHODS_OF_OTHER_NAME.keySet()));
    assertTrue(OPS.keySet().containsAll(CLASSES_OF_OTHER_NAME.keySet()));
    assertTrue(OPS.keySet().containsAll(WITHOUT_CASES.keySet()));
  }
}
