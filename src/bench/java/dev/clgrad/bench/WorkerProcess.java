package dev.clgrad.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The driver's end of a {@link Worker}. */
final class WorkerProcess implements AutoCloseable {
  /** Where a run of a worker finds clgrad alone: peers' jars would slow its start down. */
  static final String CLGRAD_CLASS_PATH = "bench.clgradClassPath";

  /** The file of the Python worker. */
  static final String TORCH_WORKER = "bench.torchWorker";

  private static final int KEPT_LINES = 20;
  private static final long SECONDS_TO_END = 10;
  private static final long SECONDS_TO_ANSWER = 180;

  private final Subject subject;
  private final Process process;
  private final PrintWriter requests;
  private final BufferedReader answers;
  private final Deque<String> said = new ArrayDeque<>();

  private WorkerProcess(Subject subject, Process process) {
    this.subject = subject;
    this.process = process;
    this.requests = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Starts a process.
   *
   * @param extra options of Java beside those that the system always has
   * @param arguments of {@link Worker} behind the system's name
   */
  static WorkerProcess start(Subject subject, List<String> extra, String... arguments) {
    List<String> command = new ArrayList<>();
    if (subject.isPython()) {
      command.addAll(List.of("python3", System.getProperty(TORCH_WORKER)));
    } else {
      addJava(command, subject, extra);
    }
    command.add(subject.id());
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(subject.environment());
    try {
      return new WorkerProcess(subject, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void addJava(List<String> command, Subject subject, List<String> extra) {
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(subject.javaOptions());
    command.addAll(extra);
    command.add("-cp");
    command.add(
        subject.isClgrad()
            ? System.getProperty(CLGRAD_CLASS_PATH)
            : System.getProperty("java.class.path"));
    command.add(Worker.class.getName());
  }

  /**
   * Sends a request and waits for its answer, without the mark.
   *
   * @throws IllegalStateException if the process ends instead; the message has what it said last
   */
  String ask(String request) {
    requests.println(request);
    return answer();
  }

  /** The next answer; a worker that takes longer than minutes for it is ended. */
  String answer() {
    CompletableFuture<Void> watchdog =
        CompletableFuture.runAsync(
            process::destroyForcibly,
            CompletableFuture.delayedExecutor(SECONDS_TO_ANSWER, TimeUnit.SECONDS));
    try {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        if (line.startsWith(Worker.MARK)) {
          return line.substring(Worker.MARK.length());
        }
        said.addLast(line);
        if (said.size() > KEPT_LINES) {
          said.removeFirst();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      watchdog.cancel(false);
    }
    throw new IllegalStateException(
        subject + " ended without an answer; it said last:\n" + String.join("\n", said));
  }

  @Override
  public void close() {
    requests.close();
    try {
      if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
