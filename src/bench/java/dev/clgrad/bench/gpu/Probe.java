package dev.clgrad.bench.gpu;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code run probe}: what the driver and its compiler really do. The questions are asked in a
 * process of their own; where one crashes or hangs it, the next process goes on behind it.
 */
@Command(
    name = "run probe",
    description = "Asks the OpenCL driver what it can do.",
    mixinStandardHelpOptions = true)
final class Probe implements Callable<Integer> {
  @Option(names = "--only", description = "Only questions whose name has a match of this.")
  private String only = "";

  @Option(names = "--seconds", description = "Time limit of one question.")
  private int seconds = 40;

  @Parameters(description = "The results folder.")
  private Path results = Path.of("");

  private final Map<String, String> answers = new LinkedHashMap<>();

  /** Asks everything. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Probe()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Pattern wanted = Pattern.compile(only);
    List<String> names =
        ProbeProcess.cases().stream()
            .map(ProbeCase::name)
            .filter(name -> wanted.matcher(name).find())
            .toList();
    List<String> left = new ArrayList<>(names);
    while (!left.isEmpty()) {
      String lost = ask(left);
      if (lost == null) {
        break;
      }
      left = left.subList(left.indexOf(lost) + 1, left.size());
    }
    ObjectMapper mapper = new ObjectMapper();
    ArrayNode all = mapper.createArrayNode();
    StringBuilder text = new StringBuilder();
    answers.forEach(
        (name, answer) -> {
          ObjectNode node = all.addObject();
          node.put("name", name);
          node.put("answer", answer);
          text.append(line(name, answer)).append('\n');
        });
    Files.writeString(results.resolve("probe.txt"), text.toString());
    mapper.writerWithDefaultPrettyPrinter().writeValue(results.resolve("probe.json").toFile(), all);
    return 0;
  }

  private static String line(String name, String answer) {
    String indented = answer.replace("\n", "\n      ");
    return name + ": " + indented;
  }

  private void answered(String name, String answer) {
    answers.put(name, answer);
    System.out.println(line(name, answer));
  }

  /** Asks in one process, and names the question that ended it early; null if none did. */
  private @Nullable String ask(List<String> names) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx4g",
                "-cp",
                System.getProperty("java.class.path"),
                ProbeProcess.class.getName())
            .redirectErrorStream(true)
            .start();
    try (var requests = process.outputWriter(StandardCharsets.UTF_8)) {
      for (String name : names) {
        requests.write(name + "\n");
      }
    } catch (IOException e) {
      // It has ended already; what it said comes next.
    }
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    ScheduledFuture<?> end = limit(timer, process);
    String current = names.get(0);
    List<String> said = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(ProbeProcess.BEGIN)) {
          current = line.substring(ProbeProcess.BEGIN.length());
          end.cancel(false);
          end = limit(timer, process);
          said.clear();
        } else if (line.startsWith(ProbeProcess.ANSWER)) {
          String printed = said.isEmpty() ? "" : "\nprinted: " + String.join("\n", said);
          answered(
              current, line.substring(ProbeProcess.ANSWER.length()).replace('\1', '\n') + printed);
        } else if (said.size() < 8 && !line.startsWith("WARNING: Using incubator")) {
          said.add(line);
        }
      }
    } finally {
      end.cancel(false);
      timer.shutdownNow();
    }
    process.waitFor(5, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();
    if (answers.containsKey(current)) {
      return current.equals(names.get(names.size() - 1)) ? null : current;
    }
    answered(
        current,
        "crashed or hung: status " + process.exitValue() + ": " + String.join(" / ", said));
    return current;
  }

  private ScheduledFuture<?> limit(ScheduledExecutorService timer, Process process) {
    return timer.schedule(process::destroyForcibly, seconds, TimeUnit.SECONDS);
  }
}
