package dev.clgrad.bench.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code run check}: the tests on the device, each part of them in a JVM of its own, several at a
 * time. A part that hangs or crashes costs no other its result.
 */
@Command(
    name = "run check",
    description = "Runs clgrad's tests on the OpenCL device.",
    mixinStandardHelpOptions = true)
final class Check implements Callable<Integer> {
  /** The class path of the tests, with JUnit's console. */
  static final String CLASS_PATH = "check.classPath";

  @Option(names = "--jobs", description = "JVMs at a time; half the cores by default.")
  private int jobs = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

  @Option(names = "--seconds", description = "Time limit of one JVM.")
  private int seconds = 240;

  @Option(names = "--total", description = "Time limit of the whole; what is left then is not run.")
  private int total = Integer.MAX_VALUE;

  @Option(names = "--classes", description = "Only parts whose name has a match of this.")
  private String classes = "";

  @Option(names = "--device", description = "clgrad's device.")
  private String device = "opencl";

  @Option(names = "--tests", required = true, description = "The parts, a line each.")
  private Path tests = Path.of("");

  @Option(names = "--logs", required = true, description = "A folder for reports and output.")
  private Path logs = Path.of("");

  @Parameters(description = "The results folder.")
  private Path results = Path.of("");

  private final long start = System.nanoTime();

  /** Runs the tests. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Check()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Pattern wanted = Pattern.compile(classes);
    List<String> parts =
        Files.readAllLines(tests).stream().filter(line -> wanted.matcher(line).find()).toList();
    CheckSummary summary = new CheckSummary();
    ExecutorService pool = Executors.newFixedThreadPool(jobs);
    List<Future<PartResult>> running = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      String part = parts.get(i);
      Path folder = logs.resolve(String.format(Locale.ROOT, "%03d-%s", i, fileName(part)));
      running.add(pool.submit(() -> run(part, folder)));
    }
    pool.shutdown();
    for (int i = 0; i < parts.size(); i++) {
      try {
        summary.add(running.get(i).get());
      } catch (ExecutionException e) {
        summary.add(PartResult.broken(parts.get(i), "could not be run: " + e.getCause()));
      }
    }
    String text = summary.text(device, jobs, elapsed());
    Files.writeString(results.resolve("check.txt"), text);
    summary.writeJson(results.resolve("check.json"), device);
    System.out.print(summary.shortText(text));
    return summary.passed() ? 0 : 1;
  }

  private static String fileName(String part) {
    return part.substring(
            part.lastIndexOf('.', part.indexOf('#') < 0 ? part.length() : part.indexOf('#')) + 1)
        .replaceAll("[^A-Za-z0-9]+", "-");
  }

  private double elapsed() {
    return (System.nanoTime() - start) / 1e9;
  }

  private PartResult run(String part, Path folder) throws IOException, InterruptedException {
    double limit = Math.min(seconds, total - elapsed());
    if (limit <= 0) {
      return PartResult.broken(part, "not run: the time was over");
    }
    Files.createDirectories(folder);
    double began = elapsed();
    ProcessBuilder builder =
        new ProcessBuilder(command(part, folder))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log.txt").toFile());
    // As in the build: tests see no programs of earlier runs.
    builder.environment().put("CLGRAD_CACHE", "off");
    builder.environment().put("CLGRAD_TUNED", "off");
    Process process = builder.start();
    process.getOutputStream().close();
    @Nullable Integer exit = null;
    if (process.waitFor((long) (limit * 1000), TimeUnit.MILLISECONDS)) {
      exit = process.exitValue();
    } else {
      askForStacks(process);
      Thread.sleep(1000);
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    PartResult result = PartResult.read(part, folder, exit, elapsed() - began);
    System.out.printf(Locale.ROOT, "%6.1f s  %s%n", elapsed(), result.line());
    return result;
  }

  /** Its stacks say where it hangs; a JVM that still can prints them on this signal. */
  private static void askForStacks(Process process) throws InterruptedException {
    try {
      new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      // No such command: the log ends where it ends.
    }
  }

  private List<String> command(String part, Path folder) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx2g",
            "-Dclgrad.device=" + device,
            "-Dclgrad.expectDevice=" + device,
            "-cp",
            System.getProperty(CLASS_PATH),
            "org.junit.platform.console.ConsoleLauncher",
            "execute",
            "--disable-banner",
            "--disable-ansi-colors",
            "--details=summary",
            "--reports-dir=" + folder));
    command.add(selector(part));
    return command;
  }

  /** JUnit's option for a class, a method ({@code C#m()}) or some of its cases ({@code [0..9]}). */
  private static String selector(String part) {
    if (part.endsWith("]")) {
      return "--select-iteration=method:" + part;
    }
    return part.contains("#") ? "--select-method=" + part : "--select-class=" + part;
  }
}
