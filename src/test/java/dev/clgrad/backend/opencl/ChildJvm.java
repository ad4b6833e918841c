package dev.clgrad.backend.opencl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs a main class in a Java process of its own: what loads a native library can be tried once per
 * process.
 */
final class ChildJvm {
  /** What the process wrote and how it ended. */
  record Result(int exit, List<String> out, String err) {
    /** What follows a word at the start of one line of the output. */
    String value(String word) {
      List<String> found =
          out.stream()
              .filter(l -> l.startsWith(word + " "))
              .map(l -> l.substring(word.length() + 1))
              .toList();
      if (found.size() != 1) {
        throw new AssertionError(found.size() + " lines begin with " + word + ": " + this);
      }
      return found.get(0);
    }
  }

  private ChildJvm() {}

  /** The same with the OpenCL loader and the platforms that this process has. */
  static Result runOnThisDevice(
      Class<?> main, Map<String, String> environment, List<String> options)
      throws IOException, InterruptedException {
    Map<String, String> all = new HashMap<>(environment);
    for (String name : List.of("OCL_ICD_VENDORS", "LD_LIBRARY_PATH")) {
      String value = System.getenv(name);
      if (value != null) {
        all.put(name, value);
      }
    }
    return run(main, all, options);
  }

  /**
   * Runs the class with the class path of this process.
   *
   * @param environment variables to set; those about OpenCL that this process has are removed first
   * @param options options of the Java process
   */
  static Result run(Class<?> main, Map<String, String> environment, List<String> options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    ProcessBuilder builder = new ProcessBuilder(command);
    List.of("POCL_SIGFPE_HANDLER", "OCL_ICD_VENDORS", "LD_LIBRARY_PATH")
        .forEach(builder.environment()::remove);
    builder.environment().putAll(environment);
    Path err = Files.createTempFile("clgrad-child", ".err");
    builder.redirectError(err.toFile());
    Process process = builder.start();
    byte[] out = process.getInputStream().readAllBytes();
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(main + " did not end");
    }
    String text = Files.readString(err);
    Files.delete(err);
    return new Result(
        process.exitValue(), new String(out, StandardCharsets.UTF_8).lines().toList(), text);
  }
}
