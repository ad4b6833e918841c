package dev.clgrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.backend.Backend;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.backend.KernelVariants;
import dev.clgrad.backend.Selection;
import dev.clgrad.backend.TunedVariants;
import dev.clgrad.backend.TuningResult;
import dev.clgrad.cli.Child.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command that measures kernels, in a folder of its own, and the processes after it. */
class TuneCommandTest {
  private static final String POLICY = Selection.configuredPolicy();
  private static final String PROBLEM = "matmul.float32.medium";
  private static final String PRODUCT = "2.7E7";

  @TempDir Path folder;

  private Child child(Class<?> main, String... options) {
    String[] all =
        Stream.concat(
                Stream.of(
                    "-Dclgrad.tuned=on",
                    "-Dclgrad.tuned.dir=" + folder.resolve("config"),
                    "-Dclgrad.device=" + POLICY,
                    "--add-modules=jdk.incubator.vector"),
                Stream.of(options))
            .toArray(String[]::new);
    return Child.of(main, all);
  }

  private static Backend backend() {
    return Selection.open(POLICY).backend();
  }

  @Test
  void measuresEveryProblemAndKeepsWhatIsBetter() throws Exception {
    Result result = child(Main.class).run("tune", "--device", POLICY, "--seconds", "3");
    assertEquals(0, result.status(), result.err());
    String out = result.out();
    if (backend().runsTwins()) {
      assertTrue(out.endsWith("\nnothing to tune: cpu does not choose among kernels\n"), out);
      assertFalse(Files.exists(folder.resolve("config")));
      return;
    }
    for (String problem : List.of("matmul.float32.large", PROBLEM)) {
      assertTrue(out.contains("\n" + problem + "\n"), out);
    }
    assertEquals(
        out.lines().filter(l -> l.startsWith("matmul.")).count(),
        out.lines().filter(l -> l.startsWith("  winner ") || l.startsWith("  stays ")).count(),
        out);
    assertTrue(out.contains(" problems have a better variant\n"), out);
    boolean better = out.contains("\n  winner ");
    assertEquals(better, out.contains("\nkept in " + folder.resolve("config")), out);
    assertEquals(better, Files.exists(folder.resolve("config")));
  }

  @Test
  void aDryRunKeepsNothing() throws Exception {
    Result result =
        child(Main.class).run("tune", "--device", POLICY, "--seconds", "1", "--dry-run");
    assertEquals(0, result.status(), result.err());
    assertFalse(Files.exists(folder.resolve("config")));
    if (!backend().runsTwins()) {
      assertTrue(result.out().endsWith("\nkept nothing: --dry-run\n"), result.out());
    }
  }

  /** Keeps a variant that is not the bundled one, as the command would. */
  private KernelVariant keep(Backend backend) throws IOException {
    KernelVariants bundled = new KernelVariants(backend.device(), backend.limits());
    KernelVariant variant =
        backend.limits().cpuType()
            ? bundled.get(PROBLEM).with("DEPTH", 160)
            : bundled.get(PROBLEM).with("GROUPS", 100);
    System.setProperty("clgrad.tuned.dir", folder.resolve("config").toString());
    try {
      assertNotNull(
          TunedVariants.store(
              backend.device(),
              bundled,
              List.of(
                  new TuningResult(PROBLEM, bundled.get(PROBLEM), 1, variant, 2, List.of(), 0))));
    } finally {
      System.clearProperty("clgrad.tuned.dir");
    }
    return variant;
  }

  @Test
  void laterProcessesUseWhatWasKept() throws Exception {
    Backend backend = backend();
    KernelVariant variant = keep(backend);
    KernelVariant bundled = new KernelVariants(backend.device(), backend.limits()).get(PROBLEM);
    Result tuned = child(TunedProbe.class).run(PROBLEM);
    assertEquals(0, tuned.status(), tuned.err());
    KernelVariant expected = backend.runsTwins() ? bundled : variant;
    assertEquals(List.of(expected.toString(), PRODUCT), tuned.out().lines().toList());
    assertFalse(tuned.err().contains("not used"), tuned.err());
    Result off = child(TunedProbe.class, "-Dclgrad.tuned=off").run(PROBLEM);
    assertEquals(List.of(bundled.toString(), PRODUCT), off.out().lines().toList());
  }

  @Test
  void aBrokenFileIsNamedOnceAndLeftOut() throws Exception {
    Backend backend = backend();
    keep(backend);
    Path file;
    try (Stream<Path> files = Files.list(folder.resolve("config"))) {
      file = files.findFirst().orElseThrow();
    }
    Files.writeString(file, Files.readString(file).replace("driver = ", "driver = old-"));
    Result result = child(TunedProbe.class).run(PROBLEM);
    assertEquals(0, result.status(), result.err());
    KernelVariant bundled = new KernelVariants(backend.device(), backend.limits()).get(PROBLEM);
    assertEquals(List.of(bundled.toString(), PRODUCT), result.out().lines().toList());
    List<String> warnings = result.err().lines().filter(l -> l.contains(file.toString())).toList();
    // The probe opens the device twice.
    assertEquals(backend.runsTwins() ? 0 : 2, warnings.size(), result.err());
    for (String warning : warnings) {
      assertTrue(warning.contains("was measured with driver old-"), warning);
      assertTrue(warning.contains("tune` again, or delete the file"), warning);
    }
  }
}
