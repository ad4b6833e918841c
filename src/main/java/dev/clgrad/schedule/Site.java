package dev.clgrad.schedule;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The lines of a program that asked for a tensor, the innermost first.
 *
 * @param lines at most {@value #LINES}, without those of clgrad and of Java's own library
 */
record Site(List<StackTraceElement> lines) {
  static final int LINES = 3;

  private static final StackWalker WALKER = StackWalker.getInstance();

  /** Where the program is now. */
  static Site here() {
    return new Site(
        WALKER.walk(
            frames ->
                frames
                    .filter(frame -> isProgram(frame.getClassName()))
                    .limit(LINES)
                    .map(StackWalker.StackFrame::toStackTraceElement)
                    .toList()));
  }

  private static boolean isProgram(String name) {
    return !name.startsWith("dev.clgrad.") && !name.startsWith("java.") && !name.startsWith("jdk.");
  }

  @Override
  public String toString() {
    return lines.isEmpty()
        ? "clgrad itself"
        : lines.stream().map(Site::line).collect(Collectors.joining(" < "));
  }

  private static String line(StackTraceElement e) {
    return e.getClassName()
        + "."
        + e.getMethodName()
        + "("
        + e.getFileName()
        + ":"
        + e.getLineNumber()
        + ")";
  }
}
