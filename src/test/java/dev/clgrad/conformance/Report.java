package dev.clgrad.conformance;

import dev.clgrad.conformance.Outcome.Status;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Counts outcomes and prints them: failures as they come, then a line an op, then the sum. */
final class Report {
  private final PrintStream out;
  private final Map<String, OpCounts> ops = new TreeMap<>();
  private final OpCounts all = new OpCounts();

  private static final class OpCounts {
    private final Map<Status, Integer> counts = new LinkedHashMap<>();
    private final TreeSet<String> reasons = new TreeSet<>();

    void add(Outcome outcome) {
      counts.merge(outcome.status(), 1, Integer::sum);
      if (outcome.status() == Status.UNSUPPORTED) {
        reasons.add(outcome.text());
      }
    }

    int of(Status status) {
      return counts.getOrDefault(status, 0);
    }

    @Override
    public String toString() {
      return of(Status.PASSED)
          + " passed, "
          + of(Status.FAILED)
          + " failed, "
          + of(Status.UNSUPPORTED)
          + " unsupported";
    }
  }

  Report(PrintStream out) {
    this.out = out;
  }

  void add(Outcome outcome) {
    all.add(outcome);
    ops.computeIfAbsent(outcome.of().op(), op -> new OpCounts()).add(outcome);
    if (outcome.status() == Status.FAILED) {
      out.println("FAILED " + outcome.of().id() + ": " + outcome.text());
    }
  }

  int failed() {
    return all.of(Status.FAILED);
  }

  /** Prints the line of every op and the last line. */
  void finish(String device) {
    ops.forEach(
        (op, counts) ->
            out.println(
                op
                    + ": "
                    + counts
                    + (counts.reasons.isEmpty()
                        ? ""
                        : " (" + String.join("; ", counts.reasons) + ")")));
    int cases = all.of(Status.PASSED) + all.of(Status.FAILED) + all.of(Status.UNSUPPORTED);
    out.println("conformance: " + all + " of " + cases + " cases on " + device);
  }
}
