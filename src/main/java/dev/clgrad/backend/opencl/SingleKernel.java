package dev.clgrad.backend.opencl;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a program with one of its kernels alone. A kernel file holds a kernel for each kind
 * of device and size, of which a device launches few, and drivers take up to a second for each.
 *
 * <p>Kernels are found as all of clgrad's are written: {@code __kernel} begins a line, and the
 * first line after it that is a closing brace alone ends the kernel.
 */
final class SingleKernel {
  private static final Pattern BEGIN =
      Pattern.compile(
          "^__kernel\\b(?:\\s+__attribute__\\(\\([^\\n]*\\)\\))?\\s+void\\s+(\\w+)\\(",
          Pattern.MULTILINE);
  private static final String WORD = "__kernel";
  private static final String END = "\n}\n";

  private SingleKernel() {}

  /**
   * The text with empty lines in place of every other kernel, so that all lines keep their numbers.
   *
   * @return the text as it is if it has no kernel of this name, or if not every kernel in it is
   *     written as this class expects
   */
  static String of(String text, String name) {
    StringBuilder result = new StringBuilder(text.length());
    Matcher begin = BEGIN.matcher(text);
    int done = 0;
    boolean found = false;
    while (begin.find()) {
      if (text.substring(done, begin.start()).contains(WORD)) {
        return text;
      }
      int end = text.indexOf(END, begin.end());
      if (end < 0) {
        return text;
      }
      end += END.length();
      result.append(text, done, begin.start());
      if (begin.group(1).equals(name)) {
        found = true;
        result.append(text, begin.start(), end);
      } else {
        result.append("\n".repeat((int) text.substring(begin.start(), end).lines().count()));
      }
      done = end;
      begin.region(end, text.length());
    }
    String rest = text.substring(done);
    return found && !rest.contains(WORD) ? result.append(rest).toString() : text;
  }
}
