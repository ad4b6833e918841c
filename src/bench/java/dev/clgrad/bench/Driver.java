package dev.clgrad.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures rows. Each system has a process of its own for each row; all are warmed up one after
 * another, and then take turns, so that what disturbs the machine disturbs all of them.
 */
final class Driver {
  /** What native threads of a system may go on with after its turn, such as waiting busily. */
  private static final long QUIET_MILLIS = 20;

  /** Results of one system may differ from another's by the rounding of sums. */
  private static final double TOLERANCE = 1e-3;

  private static final String FUSION_OFF = "-Dclgrad.fusion=off";

  private final Pace pace;
  private final List<Subject> subjects;
  private final Consumer<String> progress;
  private final Results results = new Results();

  Driver(Pace pace, List<Subject> subjects, Consumer<String> progress) {
    this.pace = pace;
    this.subjects = subjects;
    this.progress = progress;
  }

  Results results() {
    return results;
  }

  void measure(Row row) {
    progress.accept(row + ": " + row.description());
    try {
      switch (row) {
        case LAUNCHES -> countLaunches();
        case SECOND_START -> timeFirstSteps();
        default -> time(row);
      }
    } catch (IllegalStateException e) {
      // A worker ended: the other rows are worth having.
      results.note(row + ": broke off: " + e.getMessage());
      progress.accept(row + ": broke off: " + e.getMessage());
    }
  }

  private void time(Row row) {
    Map<Subject, WorkerProcess> workers = new EnumMap<>(Subject.class);
    try {
      Map<Subject, Integer> counts = new EnumMap<>(Subject.class);
      Map<Subject, Integer> rounds = new EnumMap<>(Subject.class);
      Map<Subject, List<Double>> times = new EnumMap<>(Subject.class);
      Map<Subject, Double> launches = new EnumMap<>(Subject.class);
      Map<Subject, Double> checks = new EnumMap<>(Subject.class);
      for (Subject subject : subjects) {
        if (!subject.measures(row)) {
          continue;
        }
        WorkerProcess worker = WorkerProcess.start(subject, List.of());
        workers.put(subject, worker);
        String[] prepared = prepare(worker, row).split(" ", 2);
        if (!prepared[0].equals("ok")) {
          missing(row, subject, prepared[1]);
          workers.remove(subject).close();
          continue;
        }
        checks.put(subject, Double.valueOf(prepared[1]));
        version(subject, worker);
        double nanos = number(worker.ask("warm " + pace.warmSeconds()), 1);
        counts.put(subject, pace.count(nanos));
        rounds.put(subject, pace.rounds(nanos));
        times.put(subject, new ArrayList<>());
      }
      compare(row, checks);
      for (int round = 0; round < pace.rounds(); round++) {
        for (Map.Entry<Subject, WorkerProcess> each : workers.entrySet()) {
          if (round >= rounds.get(each.getKey())) {
            continue;
          }
          pause();
          String answer = each.getValue().ask("run " + counts.get(each.getKey()));
          times.get(each.getKey()).add(number(answer, 1) / 1e6);
          launches.put(each.getKey(), number(answer, 2));
        }
      }
      times.forEach((subject, list) -> results.add(row, subject, list, launches.get(subject)));
    } finally {
      workers.values().forEach(WorkerProcess::close);
    }
  }

  /** Prepares a row; a worker that ends while it does has no such row. */
  private String prepare(WorkerProcess worker, Row row) {
    try {
      return worker.ask("prepare " + row.id());
    } catch (IllegalStateException e) {
      progress.accept(row + ": " + e.getMessage());
      return "missing " + e.getMessage();
    }
  }

  /** The second step of training, when nothing is built any more, with fusion and without. */
  private void countLaunches() {
    for (Subject subject : subjects) {
      if (!subject.measures(Row.LAUNCHES)) {
        continue;
      }
      if (subject.isClgrad()) {
        double fused = launches(subject, List.of());
        results.addCount(Row.LAUNCHES, subject, fused, launches(subject, List.of(FUSION_OFF)));
      } else {
        missing(Row.LAUNCHES, subject, "no count of launches");
      }
    }
  }

  private double launches(Subject subject, List<String> options) {
    try (WorkerProcess worker = WorkerProcess.start(subject, options)) {
      version(subject, worker);
      worker.ask("prepare " + Row.LAUNCHES.id());
      worker.ask("run 1");
      return number(worker.ask("run 1"), 2);
    }
  }

  private void timeFirstSteps() {
    Map<Subject, List<Double>> times = new EnumMap<>(Subject.class);
    // The first process of each fills the caches on disk and is not counted.
    for (int start = 0; start <= pace.starts(); start++) {
      for (Subject subject : subjects) {
        if (subject.isLimit()
            || !subject.measures(Row.SECOND_START)
            || (start > 0 && !times.containsKey(subject))) {
          continue;
        }
        pause();
        try (WorkerProcess worker = WorkerProcess.start(subject, List.of(), "step")) {
          String answer = worker.answer();
          if (!answer.startsWith("ok ")) {
            missing(Row.SECOND_START, subject, answer.split(" ", 2)[1]);
            continue;
          }
          List<Double> list = times.computeIfAbsent(subject, s -> new ArrayList<>());
          if (start > 0) {
            list.add(number(answer, 1) / 1e6);
          }
        }
      }
    }
    times.forEach((subject, list) -> results.add(Row.SECOND_START, subject, list, -1));
  }

  /** Systems that compute different things must not be compared. */
  private void compare(Row row, Map<Subject, Double> checks) {
    Subject known =
        checks.keySet().stream()
            .filter(Subject::isTorch)
            .findFirst()
            .or(() -> checks.keySet().stream().filter(each -> !each.isLimit()).findFirst())
            .orElse(null);
    if (known == null) {
      return;
    }
    double expected = checks.get(known);
    double allowed = TOLERANCE * Math.max(Math.abs(expected), TOLERANCE);
    checks.forEach(
        (subject, value) -> {
          // Not a number is never near.
          if (!subject.isLimit() && !(Math.abs(value - expected) <= allowed)) {
            results.note(
                String.format(
                    Locale.ROOT,
                    "%s: %s computes %.6g, and %s %.6g: their times compare different things",
                    subject,
                    row,
                    value,
                    known,
                    expected));
          }
        });
  }

  private void missing(Row row, Subject subject, String what) {
    if (!subject.isLimit()) {
      results.note(subject + ": not in " + row + ": " + what);
    }
  }

  private void version(Subject subject, WorkerProcess worker) {
    if (!results.versions().containsKey(subject)) {
      results.version(subject, worker.ask("version").split(" ", 2)[1]);
    }
  }

  /** A number in an answer, by its place among the words. */
  private static double number(String answer, int place) {
    String[] words = answer.split(" ");
    if (!words[0].equals("ok")) {
      throw new IllegalStateException("a worker answered: " + answer);
    }
    return Double.parseDouble(words[place]);
  }

  private static void pause() {
    try {
      Thread.sleep(QUIET_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
