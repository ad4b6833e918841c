package dev.clgrad.bench.gpu;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** All parts of the tests together. */
final class CheckSummary {
  /** Lines of a failure that are shown; the logs have the rest. */
  private static final int SHOWN_LINES = 6;

  private static final int SHOWN_COLUMNS = 240;

  /** What is kept of an output of which only the end may be seen. */
  private static final int SHORT_CHARACTERS = 8000;

  private final List<PartResult> parts = new ArrayList<>();

  void add(PartResult part) {
    parts.add(part);
  }

  boolean passed() {
    return !parts.isEmpty() && parts.stream().allMatch(part -> part.failed() == 0);
  }

  private String totals(String device, double seconds) {
    return String.format(
        Locale.ROOT,
        "%s: %d passed, %d failed (%d skipped, %d parts broken) of %d parts in %.0f s",
        device,
        parts.stream().mapToInt(PartResult::passed).sum(),
        parts.stream().mapToInt(PartResult::failed).sum(),
        parts.stream().mapToInt(PartResult::skipped).sum(),
        parts.stream().filter(part -> part.broken() != null).count(),
        parts.size(),
        seconds);
  }

  /** Every part, then every failure, then the totals. */
  String text(String device, int jobs, double seconds) {
    StringBuilder text = new StringBuilder();
    text.append("clgrad's tests, ").append(jobs).append(" JVMs at a time\n\n");
    parts.forEach(part -> text.append(part.line()).append('\n'));
    text.append("\nFailures:\n");
    for (PartResult part : parts) {
      for (PartResult.Failure failure : part.failures()) {
        text.append(failure.test()).append('\n');
        failure
            .message()
            .lines()
            .limit(SHOWN_LINES)
            .map(line -> line.substring(0, Math.min(SHOWN_COLUMNS, line.length())))
            .forEach(line -> text.append("    ").append(line).append('\n'));
      }
    }
    for (PartResult part : parts) {
      if (part.broken() != null) {
        text.append(part.part()).append(": ").append(part.broken()).append('\n');
      }
    }
    return text.append('\n').append(totals(device, seconds)).append('\n').toString();
  }

  /** The end of the text, from the failures on, cut in the middle if it is long. */
  String shortText(String text) {
    String failures = text.substring(text.indexOf("\nFailures:"));
    if (failures.length() <= SHORT_CHARACTERS) {
      return failures;
    }
    int half = SHORT_CHARACTERS / 2;
    return failures.substring(0, half)
        + "\n... (all of it is in check.txt) ...\n"
        + failures.substring(failures.length() - half);
  }

  void writeJson(Path file, String device) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("device", device);
    root.put("passed", parts.stream().mapToInt(PartResult::passed).sum());
    root.put("failed", parts.stream().mapToInt(PartResult::failed).sum());
    ArrayNode all = root.putArray("parts");
    for (PartResult part : parts) {
      ObjectNode node = all.addObject();
      node.put("name", part.part());
      node.put("tests", part.tests());
      node.put("skipped", part.skipped());
      node.put("seconds", part.seconds());
      node.put("broken", part.broken());
      ArrayNode failures = node.putArray("failures");
      part.failures()
          .forEach(f -> failures.addObject().put("test", f.test()).put("message", f.message()));
    }
    mapper.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
  }
}
