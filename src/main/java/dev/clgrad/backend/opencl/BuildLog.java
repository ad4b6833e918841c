package dev.clgrad.backend.opencl;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a driver's compiler has to say, with places in kernel files. */
final class BuildLog {
  /** How NVIDIA's compiler names a place: a line of the whole source, whatever #line says. */
  private static final Pattern WHOLE = Pattern.compile("(?m)^<kernel>:(\\d+)(?=:)");

  private static final Pattern LINE = Pattern.compile("#line (\\d+) \"(.*)\"");

  private BuildLog() {}

  /** A log whose places are files and lines in them, by the source's {@code #line} directives. */
  static String located(String log, String source) {
    Matcher places = WHOLE.matcher(log);
    if (!places.find()) {
      return log;
    }
    String[] lines = source.split("\n", -1);
    return places.replaceAll(
        place -> Matcher.quoteReplacement(place(lines, Integer.parseInt(place.group(1)))));
  }

  private static String place(String[] lines, int number) {
    for (int i = Math.min(number, lines.length) - 1; i >= 0; i--) {
      Matcher directive = LINE.matcher(lines[i]);
      if (directive.lookingAt()) {
        int within = Integer.parseInt(directive.group(1)) + number - 2 - i;
        return directive.group(2) + ":" + within;
      }
    }
    return "<kernel>:" + number;
  }
}
