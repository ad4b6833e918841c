package dev.clgrad.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The process of one system. It reads requests from its standard input, a line each, and answers
 * each with one line that starts with {@link #MARK}, since native libraries print as they like:
 *
 * <pre>
 *   version          ok TEXT
 *   prepare ROW      ok CHECK, or missing TEXT
 *   warm SECONDS     ok NANOSECONDS, those of a run at the end; takes longer while runs get quicker
 *   run COUNT        ok NANOSECONDS LAUNCHES, those of a run on average; -1 where none are counted
 *   step             ok NANOSECONDS, from the start of main to the end of a first training step
 * </pre>
 */
final class Worker {
  /** What every answer starts with. */
  static final String MARK = "@bench ";

  /** Groups of runs in the least time of a warm-up. */
  private static final int GROUPS = 4;

  private static final int PATIENCE = 4;

  /** A group that takes no more than this part of the best one before it is a progress. */
  private static final double STILL_QUICKER = 0.95;

  private Worker() {}

  /** Serves one system, whose name is the only argument, until the input ends. */
  public static void main(String[] args) throws IOException {
    long start = System.nanoTime();
    PrintStream answers = System.out;
    System.setOut(System.err);
    Subject subject = Subject.of(args[0]);
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    // The clock of a first step runs while no request is waited for.
    if (args.length > 1) {
      answers.println(MARK + firstStep(subject, start));
      answers.flush();
      System.exit(0);
    }
    Library library = subject.open();
    Workload workload = null;
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      String[] words = line.split(" ");
      String answer;
      if (words[0].equals("prepare")) {
        try {
          workload = library.prepare(Row.of(words[1]));
          answer = "ok " + workload.check();
        } catch (Library.Missing e) {
          answer = "missing " + e.getMessage();
        }
      } else if (words[0].equals("version")) {
        answer = "ok " + library.version();
      } else if (workload == null) {
        answer = "missing nothing is prepared";
      } else if (words[0].equals("warm")) {
        answer = "ok " + warm(workload, Double.parseDouble(words[1]));
      } else {
        answer = run(library, workload, Integer.parseInt(words[1]));
      }
      answers.println(MARK + answer);
      answers.flush();
    }
    // Pools of native threads must not keep the process.
    System.exit(0);
  }

  private static String firstStep(Subject subject, long start) {
    try {
      double loss = subject.open().prepare(Row.MLP_STEP).check();
      long nanos = System.nanoTime() - start;
      return "ok " + nanos + " " + loss;
    } catch (Library.Missing e) {
      return "missing " + e.getMessage();
    }
  }

  /**
   * Runs for the time given, and up to {@value #PATIENCE} times as long as runs still get quicker.
   */
  private static long warm(Workload workload, double seconds) {
    long start = System.nanoTime();
    long least = start + (long) (seconds * 1e9);
    long most = start + (long) (PATIENCE * seconds * 1e9);
    double best = Double.POSITIVE_INFINITY;
    while (true) {
      double each = group(workload, (long) (seconds * 1e9 / GROUPS));
      long now = System.nanoTime();
      if (now >= most || (now >= least && each > STILL_QUICKER * best)) {
        return (long) Math.max(1, each);
      }
      best = Math.min(best, each);
    }
  }

  /** Nanoseconds of a run, from as many as fill the time, or one. */
  private static double group(Workload workload, long nanos) {
    long start = System.nanoTime();
    long runs = 0;
    long now = start;
    while (now - start < nanos) {
      workload.run();
      runs++;
      now = System.nanoTime();
    }
    return (double) (now - start) / runs;
  }

  private static String run(Library library, Workload workload, int count) {
    long launched = library.launches();
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      workload.run();
    }
    double nanos = (double) (System.nanoTime() - start) / count / workload.parts();
    double launches = launched < 0 ? -1 : (double) (library.launches() - launched) / count;
    return String.format(Locale.ROOT, "ok %.1f %.2f", nanos, launches);
  }
}
