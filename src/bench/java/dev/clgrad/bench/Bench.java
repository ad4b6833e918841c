package dev.clgrad.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ci/bench}. */
@Command(
    name = "ci/bench",
    description = "Measures clgrad, its peers and the machine's limits in turn.",
    mixinStandardHelpOptions = true)
final class Bench implements Callable<Integer> {
  @Option(names = "--quick", description = "Measure for minutes rather than most of an hour.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the numbers as JSON.")
  private @Nullable Path json;

  @Option(names = "--markdown", paramLabel = "FILE", description = "Write the table as Markdown.")
  private @Nullable Path markdown;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "Measure these rows only.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--systems",
      paramLabel = "NAME",
      split = ",",
      description = "Measure these systems only; those of a GPU machine if they are named here.")
  private List<String> systems = new ArrayList<>();

  /** Runs the benchmark. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Bench()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    List<Row> rows = only.isEmpty() ? List.of(Row.values()) : only.stream().map(Row::of).toList();
    List<Subject> subjects =
        systems.isEmpty() ? Subject.USUAL : systems.stream().map(Subject::of).toList();
    String load = Machine.load();
    Driver driver = new Driver(quick ? Pace.QUICK : Pace.FULL, subjects, System.err::println);
    for (Row row : rows) {
      driver.measure(row);
      // After every row, so that a run that is cut short leaves what it has.
      write(new Report(driver.results()), load);
    }
    new Report(driver.results()).print(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    return 0;
  }

  private void write(Report report, String load) throws IOException {
    if (json != null) {
      report.writeJson(json);
    }
    if (markdown != null) {
      report.writeMarkdown(markdown, load);
    }
  }
}
