package dev.clgrad.conformance;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code Conformance [DIR] [--device cpu|opencl]}: runs the cases of a folder, by default those
 * shipped with the tests.
 *
 * <p>Prints the id of each failing case with what was expected and what came, a line for each op,
 * and last the sum. Exit status: 0 if no case failed, 1 if one did, 2 if there is none to run or
 * the arguments are wrong. What is not there yet counts as unsupported.
 */
public final class Conformance {
  private static final String USAGE =
      "usage: conformance [DIR] [--device auto|cpu|opencl|opencl:<index>|name=<substring>]";

  private Conformance() {}

  /** Runs the cases and exits. */
  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err));
  }

  /** As {@link #main}, but returns the exit status. */
  static int run(String[] args, PrintStream out, PrintStream err) {
    Path folder = null;
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--device") && i + 1 < args.length) {
        System.setProperty("clgrad.device", args[++i]);
      } else if (args[i].startsWith("--device=")) {
        System.setProperty("clgrad.device", args[i].substring("--device=".length()));
      } else if (args[i].startsWith("-") || folder != null) {
        err.println(USAGE);
        return 2;
      } else {
        folder = Path.of(args[i]);
      }
    }
    String device;
    List<Case> cases;
    try {
      device = Tensors.device();
      cases = CaseFiles.read(folder == null ? CaseFiles.shipped() : folder);
    } catch (RuntimeException e) {
      err.println(e.getMessage());
      return 2;
    }
    CaseRunner runner = new CaseRunner(OpTable.OPS);
    Report report = new Report(out);
    for (Case test : cases) {
      report.add(runner.run(test));
    }
    report.finish(device);
    return report.failed() == 0 ? 0 : 1;
  }
}
