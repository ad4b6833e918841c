package dev.clgrad.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;

/**
 * A line that says how far something is: written over itself on a terminal, and elsewhere a line
 * now and then.
 */
final class Progress {
  private static final long NANOS_BETWEEN_LINES = 5_000_000_000L;
  private static final long NANOS_BETWEEN_UPDATES = 100_000_000L;

  private final PrintWriter out;
  private final boolean terminal;
  private long lastShown = System.nanoTime();
  private int width;

  /** Progress shown here. */
  Progress(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Whether somebody watches the output. */
  // Before Java 22 null says that there is no terminal, and what comes after asks isTerminal.
  @SuppressWarnings("SystemConsoleNull")
  static boolean onTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // Since Java 22 there is a console without a terminal too, and a method that tells.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (IllegalAccessException | InvocationTargetException e) {
      return false;
    }
  }

  /** Whether {@link #show} would show something now; what it needs may be costly to find out. */
  boolean isDue() {
    long interval = terminal ? NANOS_BETWEEN_UPDATES : NANOS_BETWEEN_LINES;
    return System.nanoTime() - lastShown >= interval;
  }

  /** Shows where things stand. */
  void show(String line) {
    lastShown = System.nanoTime();
    if (terminal) {
      out.print("\r" + padded(line));
    } else {
      out.println(line);
    }
    out.flush();
  }

  /** Shows a line that stays. */
  void finish(String line) {
    lastShown = System.nanoTime();
    out.println(terminal ? "\r" + padded(line) : line);
    out.flush();
    width = 0;
  }

  /** The line, long enough to cover the one before. */
  private String padded(String line) {
    String padded = line + " ".repeat(Math.max(0, width - line.length()));
    width = line.length();
    return padded;
  }
}
