package dev.clgrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.cli.Child.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RelaunchTest {
  @TempDir Path folder;

  @Test
  void childHasTheModuleAndTheEnvironmentAndTheOptionsOfItsParent() throws Exception {
    Result result =
        Child.of(RelaunchProbe.class, "-Xmx99m", "-Dprobe=a b").run("about", "x y", "", "*");
    assertEquals(0, result.status(), result.err());
    assertEquals(
        "vectors=true\nhandler=0\nproperty=a b\nmaxMemory="
            + lineOf(result.out(), "maxMemory=")
            + "\narguments=about|x y||*\n",
        result.out());
    assertTrue(Long.parseLong(lineOf(result.out(), "maxMemory=")) < 110L << 20, result.out());
  }

  private static String lineOf(String text, String key) {
    return text.lines()
        .filter(l -> l.startsWith(key))
        .findFirst()
        .orElseThrow()
        .substring(key.length());
  }

  @Test
  void aSettingOfTheUsersStays() throws Exception {
    ProcessBuilder builder = Child.of(RelaunchProbe.class).builder("about");
    builder.environment().put("POCL_SIGFPE_HANDLER", "1");
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    String out =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertEquals("1", lineOf(out, "handler="));
    assertEquals("true", lineOf(out, "vectors="));
  }

  @Test
  void noChildWhereNothingIsMissing() throws Exception {
    Path file = folder.resolve("pid");
    ProcessBuilder builder =
        Child.of(RelaunchProbe.class, "--add-modules=jdk.incubator.vector")
            .builder("sleep", file.toString());
    builder.environment().put("POCL_SIGFPE_HANDLER", "0");
    Process process = start(builder, file);
    assertEquals(process.pid(), Long.parseLong(Files.readString(file)));
    process.destroyForcibly().waitFor();
  }

  @Test
  void theGuardKeepsItInOneProcess() throws Exception {
    Path file = folder.resolve("pid");
    ProcessBuilder builder = Child.of(RelaunchProbe.class).builder("sleep", file.toString());
    builder.environment().put(Relaunch.GUARD, "1");
    Process process = start(builder, file);
    assertEquals(process.pid(), Long.parseLong(Files.readString(file)));
    process.destroyForcibly().waitFor();
  }

  @Test
  void passesTheExitStatus() throws Exception {
    for (int status : new int[] {0, 1, 42}) {
      Result result = Child.of(RelaunchProbe.class).run("status", Integer.toString(status));
      assertEquals(status, result.status(), result.err());
    }
  }

  @Test
  void passesInputAndOutput() throws Exception {
    Result result = Child.of(RelaunchProbe.class).runWithInput("Grüße\n", "echo");
    assertEquals(0, result.status(), result.err());
    assertEquals("out:Grüße\n", result.out());
    assertTrue(result.err().contains("err:Grüße\n"), result.err());
  }

  @Test
  void aSignalToTheParentEndsTheChildToo() throws Exception {
    for (String signal : new String[] {"TERM", "INT"}) {
      Path file = folder.resolve("pid-" + signal);
      Process parent = start(Child.of(RelaunchProbe.class).builder("sleep", file.toString()), file);
      ProcessHandle child = childOf(parent, file);
      new ProcessBuilder("kill", "-" + signal, Long.toString(parent.pid())).start().waitFor();
      assertTrue(parent.waitFor(30, TimeUnit.SECONDS), "the parent goes on after " + signal);
      assertEquals(signal.equals("TERM") ? 143 : 130, parent.exitValue());
      // The parent waits for the child, so it is over by now, and had the time to clean up.
      assertFalse(child.isAlive(), "the child goes on after " + signal);
      assertTrue(Files.exists(Path.of(file + ".ended")), "the child's shutdown hooks did not run");
    }
  }

  @Test
  void aSignalToTheChildIsSeenInTheStatus() throws Exception {
    Path file = folder.resolve("pid");
    Process parent = start(Child.of(RelaunchProbe.class).builder("sleep", file.toString()), file);
    childOf(parent, file).destroyForcibly();
    assertTrue(parent.waitFor(30, TimeUnit.SECONDS), "the parent goes on");
    assertEquals(137, parent.exitValue());
  }

  @Test
  void theChildOfAKilledParentEnds() throws Exception {
    Path file = folder.resolve("pid");
    Process parent = start(Child.of(RelaunchProbe.class).builder("sleep", file.toString()), file);
    ProcessHandle child = childOf(parent, file);
    parent.destroyForcibly();
    child.onExit().get(30, TimeUnit.SECONDS);
  }

  /** Starts a probe that sleeps, and waits until it does. */
  private static Process start(ProcessBuilder builder, Path file) throws Exception {
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    while (!Files.exists(file)) {
      assertTrue(process.isAlive(), () -> "the program ended with " + process.exitValue());
      Thread.sleep(20);
    }
    return process;
  }

  private static ProcessHandle childOf(Process parent, Path file) throws Exception {
    Optional<ProcessHandle> child = ProcessHandle.of(Long.parseLong(Files.readString(file)));
    assertTrue(child.isPresent(), "the child ended too soon");
    assertEquals(parent.pid(), child.get().parent().orElseThrow().pid());
    return child.get();
  }
}
