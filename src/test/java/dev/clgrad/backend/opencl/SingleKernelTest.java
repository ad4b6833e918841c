package dev.clgrad.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.backend.KernelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Programs with one of a file's kernels alone. */
class SingleKernelTest {
  private static final Pattern KERNEL = Pattern.compile("(?s)__kernel.*?void\\s+(\\w+)\\(");

  @Test
  void everyKernelOfEveryFileCanStandAlone() throws IOException {
    int kernels = 0;
    for (Path file : kernelFiles()) {
      String text = KernelFiles.prelude() + Files.readString(file);
      for (MatchResult each : KERNEL.matcher(text).results().toList()) {
        String alone = SingleKernel.of(text, each.group(1));
        List<String> left = KERNEL.matcher(alone).results().map(m -> m.group(1)).toList();
        assertEquals(List.of(each.group(1)), left, file::toString);
        assertEquals(text.lines().count(), alone.lines().count(), file::toString);
        assertEquals(line(text, each.group()), line(alone, each.group()), file::toString);
        kernels++;
      }
    }
    assertTrue(kernels > 40, kernels + " kernels");
  }

  private static List<Path> kernelFiles() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("kernels"))) {
      return files
          .filter(f -> f.toString().endsWith(".cl") && !f.startsWith("kernels/pointwise"))
          .toList();
    }
  }

  private static long line(String text, String what) {
    return text.substring(0, text.indexOf(what)).lines().count();
  }

  @Test
  void kernelFilesAreAscii() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("kernels"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".cl")).toList()) {
        assertTrue(Files.readString(file).chars().allMatch(c -> c < 128), file::toString);
      }
    }
  }

  @Test
  void whatStandsBetweenKernelsStays() {
    String text =
        """
        #define A 1
        __kernel void first(__global int* x) {
          if (x[0]) {
            x[0] = A;
          }
        }
        #if A
        __kernel __attribute__((reqd_work_group_size(A, 1, 1)))
        void second(__global int* x) {
          x[0] = 2;
        }
        #endif
        """;
    assertEquals(
        """
        #define A 1





        #if A
        __kernel __attribute__((reqd_work_group_size(A, 1, 1)))
        void second(__global int* x) {
          x[0] = 2;
        }
        #endif
        """,
        SingleKernel.of(text, "second"));
  }

  @Test
  void textsThatAreWrittenOtherwiseStayWhole() {
    String kernel = "__kernel void a(__global int* x) {\n}\n";
    for (String other :
        new String[] {
          "  __kernel void b(__global int* x) {\n}\n",
          "kernel void b(__global int* x) {} // not __kernel\n",
          "#define KERNEL __kernel\n",
          "__kernel void b(__global int* x) { }",
        }) {
      assertEquals(kernel + other, SingleKernel.of(kernel + other, "a"));
    }
    assertEquals(kernel, SingleKernel.of(kernel, "missing"));
    assertEquals("", SingleKernel.of("", "a"));
  }
}
