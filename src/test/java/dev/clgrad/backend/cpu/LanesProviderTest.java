package dev.clgrad.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.backend.Lanes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LanesProviderTest {
  /** What the child process runs. */
  public static void main(String[] args) {
    Lanes lanes = LanesProvider.get();
    float[] y = {1};
    lanes.exp(y, y, 1);
    System.out.println("RESULT " + lanes.name() + " " + y[0]);
  }

  @Test
  void offIsPlain() {
    assertEquals("plain", LanesProvider.choose("off").name());
  }

  @Test
  void theModuleMakesItSimd() {
    assertTrue(LanesProvider.choose("auto").name().startsWith("simd ("));
    assertTrue(LanesProvider.choose("on").name().startsWith("simd ("));
    assertSame(LanesProvider.get(), LanesProvider.get());
  }

  @Test
  void withoutTheModuleOneLineNamesCauseAndCure() throws Exception {
    List<String> output = child();
    assertTrue(output.contains("RESULT plain 2.7182817"), output.toString());
    List<String> lines = output.stream().filter(l -> l.contains("CPU primitives")).toList();
    assertEquals(1, lines.size(), output.toString());
    assertTrue(lines.get(0).contains("module jdk.incubator.vector is not there"), lines.get(0));
    assertTrue(lines.get(0).contains("--add-modules jdk.incubator.vector"), lines.get(0));
  }

  @Test
  void thePropertyIsRead() throws Exception {
    List<String> off = child("--add-modules", "jdk.incubator.vector", "-Dclgrad.simd=off");
    assertTrue(off.contains("RESULT plain 2.7182817"), off.toString());
    List<String> wrong = child("--add-modules", "jdk.incubator.vector", "-Dclgrad.simd=yes");
    assertTrue(
        wrong.stream().anyMatch(l -> l.contains("clgrad.simd=yes is none of")), wrong.toString());
    assertTrue(wrong.stream().anyMatch(l -> l.startsWith("RESULT simd (")), wrong.toString());
  }

  @Test
  void bitsStayTheSameWhileTheFormChanges() {
    Lanes warming = LanesProvider.choose("auto");
    float[] x = new float[50_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = (i - 25_000) * 1e-3f;
    }
    float[] expected = new float[x.length];
    new PlainLanes().exp(x, expected, x.length);
    // More than what starts the warm-up; on some machines the change comes while this runs.
    for (int round = 0; round < 200; round++) {
      float[] y = new float[x.length];
      warming.exp(x, y, x.length);
      assertArrayEquals(expected, y);
    }
  }

  private static List<String> child(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(LanesProviderTest.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), output);
    return output.lines().toList();
  }
}
