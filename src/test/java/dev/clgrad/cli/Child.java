package dev.clgrad.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Java program run by a test with this test's class path, as a user would start it. */
public final class Child {
  private static final long TIMEOUT_SECONDS = 120;

  /** How a child ended and what it printed. */
  public record Result(int status, String out, String err) {}

  private final List<String> options;
  private final Class<?> main;

  private Child(List<String> options, Class<?> main) {
    this.options = options;
    this.main = main;
  }

  /** The command line. */
  static Child ofClgrad(String... options) {
    return of(Main.class, options);
  }

  /** A program of these JVM options. */
  public static Child of(Class<?> main, String... options) {
    return new Child(List.of(options), main);
  }

  /** Starts it; the environment is this one's without what the re-launch looks at. */
  ProcessBuilder builder(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .keySet()
        .removeAll(List.of(Relaunch.GUARD, "POCL_SIGFPE_HANDLER", "CLGRAD_DEVICE"));
    return builder;
  }

  /** Runs it with no input. */
  public Result run(String... arguments) throws IOException, InterruptedException {
    return runWithInput("", arguments);
  }

  /** Runs it with this input. */
  Result runWithInput(String input, String... arguments) throws IOException, InterruptedException {
    // Through files: a pipe that nobody reads in time would stop the child.
    Path out = Files.createTempFile("clgrad-child", ".out");
    Path err = Files.createTempFile("clgrad-child", ".err");
    Path in = Files.writeString(Files.createTempFile("clgrad-child", ".in"), input);
    try {
      Process process =
          builder(arguments)
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(
            "the child did not end; it printed " + read(out) + " and " + read(err));
      }
      return new Result(process.exitValue(), read(out), read(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
      Files.delete(in);
    }
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
