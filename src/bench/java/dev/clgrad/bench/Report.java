package dev.clgrad.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Map;

/** The results as a table, as Markdown and as JSON. */
final class Report {
  private final Results results;
  private final String machine = Machine.describe();

  Report(Results results) {
    this.results = results;
  }

  /** A table for people. */
  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%-20s %-15s %12s %12s %8s %9s %8s%n",
        "row",
        "system",
        "median ms",
        "best ms",
        "ratio",
        "launches",
        "GFLOP/s");
    for (Results.Entry entry : results.entries()) {
      out.printf(
          Locale.ROOT,
          "%-20s %-15s %12s %12s %8s %9s %8s%n",
          entry.row(),
          entry.subject(),
          number(entry, entry.median()),
          number(entry, entry.lowest()),
          ratio(entry),
          launches(entry),
          gigaflops(entry));
    }
    out.println();
    results.conclusions().forEach(out::println);
    results.notes().forEach(out::println);
    out.flush();
  }

  /** A page: the table with machine, versions and date. */
  void writeMarkdown(Path file, String load) throws IOException {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    out.printf("# clgrad beside libtorch, Neureka, OpenBLAS and CLBlast%n%n");
    out.printf(
        "Written by `ci/bench --markdown`; [README.md](README.md) says what each row is.%n%n");
    out.printf(
        "Measured on %s: %s. Load before the start: %s.%n%n", LocalDate.now(), machine, load);
    for (Map.Entry<Subject, String> version : results.versions().entrySet()) {
      out.printf("* `%s`: %s%n", version.getKey(), version.getValue());
    }
    out.printf(
        "%n| row | system | median ms | best ms | ratio | launches | GFLOP/s |%n"
            + "|---|---|--:|--:|--:|--:|--:|%n");
    for (Results.Entry entry : results.entries()) {
      out.printf(
          "| %s | %s | %s | %s | %s | %s | %s |%n",
          entry.row(),
          entry.subject(),
          number(entry, entry.median()),
          number(entry, entry.lowest()),
          ratio(entry),
          launches(entry),
          gigaflops(entry));
    }
    out.println();
    results.conclusions().forEach(line -> out.println("* " + line));
    results.notes().forEach(line -> out.println("* " + line));
    out.flush();
    Files.writeString(file, text.toString());
  }

  /** The numbers for programs. */
  void writeJson(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("machine", machine);
    ArrayNode rows = root.putArray("rows");
    for (Results.Entry entry : results.entries()) {
      ObjectNode row = rows.addObject();
      row.put("name", entry.row().id());
      row.put("system", entry.subject().id());
      row.put("medianMs", entry.median());
      double ratio = results.ratio(entry);
      if (Double.isFinite(ratio)) {
        row.put("ratio", ratio);
      } else {
        row.putNull("ratio");
      }
    }
    mapper.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
  }

  private static String number(Results.Entry entry, double value) {
    if (entry.row().isCount()) {
      return String.format(Locale.ROOT, "%.0f launches", value);
    }
    return String.format(Locale.ROOT, value < 1 ? "%.5f" : "%.3f", value);
  }

  private String ratio(Results.Entry entry) {
    double ratio = results.ratio(entry);
    if (!Double.isFinite(ratio)) {
      return "";
    }
    return String.format(Locale.ROOT, ratio < 0.1 ? "%.4f" : "%.2f", ratio);
  }

  private static String gigaflops(Results.Entry entry) {
    double gigaflops = Results.gigaflopsPerSecond(entry);
    return Double.isNaN(gigaflops) ? "" : String.format(Locale.ROOT, "%.1f", gigaflops);
  }

  private static String launches(Results.Entry entry) {
    return entry.launches() < 0 ? "" : String.format(Locale.ROOT, "%.1f", entry.launches());
  }
}
