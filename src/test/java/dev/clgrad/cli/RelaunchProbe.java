package dev.clgrad.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** A program that re-launches itself as the command line does, for {@link RelaunchTest}. */
final class RelaunchProbe {
  private RelaunchProbe() {}

  /** {@code status N}, {@code echo}, {@code about} or {@code sleep FILE}. */
  public static void main(String[] args) throws Exception {
    OptionalInt status = Relaunch.ifNeeded(RelaunchProbe.class, args);
    if (status.isPresent()) {
      System.exit(status.getAsInt());
    }
    switch (args[0]) {
      case "status" -> System.exit(Integer.parseInt(args[1]));
      case "echo" -> {
        String input = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        System.out.print("out:" + input);
        System.err.print("err:" + input);
      }
      case "about" -> {
        System.out.println(
            "vectors=" + ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
        System.out.println("handler=" + System.getenv("POCL_SIGFPE_HANDLER"));
        System.out.println("property=" + System.getProperty("probe"));
        System.out.println("maxMemory=" + Runtime.getRuntime().maxMemory());
        System.out.println("arguments=" + String.join("|", args));
      }
      case "sleep" -> {
        Path file = Path.of(args[1]);
        Path ended = Path.of(args[1] + ".ended");
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      try {
                        Files.createFile(ended);
                      } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                      }
                    }));
        Path written =
            Files.writeString(Path.of(args[1] + ".new"), "" + ProcessHandle.current().pid());
        Files.move(written, file);
        Thread.sleep(60_000);
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }
}
