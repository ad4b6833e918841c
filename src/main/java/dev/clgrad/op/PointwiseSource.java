package dev.clgrad.op;

import dev.clgrad.KernelBuildException;
import dev.clgrad.backend.KernelFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program's own source of pointwise functions, looked through before any compiler sees it: what
 * functions it defines, and that it can stand beside any other file in one program, any number of
 * times. Its functions get names that no other source has, through macros, so that two sources may
 * use the same names, and one name may be given again.
 */
final class PointwiseSource {
  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);
  private static final Pattern DIRECTIVE = Pattern.compile("(?m)^[ \t]*#(?:.*\\\\\n)*.*$");
  private static final Pattern NAMING = Pattern.compile("#[ \t]*(?:define|undef)[ \t]+(\\w+)");
  private static final Pattern KERNEL = Pattern.compile("\\b(?:__)?kernel\\b");
  private static final Pattern HEAD = Pattern.compile("(.*?)(\\w+)\\s*\\((.*)\\)", Pattern.DOTALL);

  private final String op;
  private final String title;
  private final String text;
  private final String mark;
  private final List<Function> functions = new ArrayList<>();
  private final Set<String> macros = new LinkedHashSet<>();

  /** A function that the source defines. */
  private record Function(int line, String result, String name, List<String> parameters) {}

  /**
   * Looks through a source.
   *
   * @param op the operation's name
   * @param title what compilers call the source
   * @throws KernelBuildException if something other than functions stands in it
   */
  PointwiseSource(String op, String title, String text) {
    this.op = op;
    this.title = title;
    this.text = text;
    this.mark = "_" + Integer.toHexString(31 * title.hashCode() + text.hashCode());
    String code = blanked(COMMENT, text);
    Set<String> taken = names(KernelFiles.prelude());
    taken.addAll(List.of("real", "mask"));
    Matcher directives = DIRECTIVE.matcher(code);
    while (directives.find()) {
      Matcher naming = NAMING.matcher(directives.group().strip());
      if (naming.lookingAt()) {
        refuse(taken, naming.group(1), line(code, directives.start()));
        macros.add(naming.group(1));
      }
    }
    readFunctions(blanked(DIRECTIVE, code));
    for (Function function : functions) {
      refuse(taken, function.name, function.line);
    }
  }

  private static Set<String> names(String text) {
    Set<String> names = new TreeSet<>();
    Matcher naming = NAMING.matcher(text);
    while (naming.find()) {
      names.add(naming.group(1));
    }
    return names;
  }

  /** A text without the places that a pattern finds, whose lines keep their numbers. */
  private static String blanked(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(found.group().replaceAll("[^\n]", " ")));
  }

  private static int line(String code, int at) {
    return 1 + (int) code.substring(0, at).chars().filter(c -> c == '\n').count();
  }

  private KernelBuildException error(int line, String problem) {
    return new KernelBuildException(op + ": " + title + ":" + line + ": " + problem);
  }

  private void refuse(Set<String> taken, String name, int line) {
    if (taken.contains(name)) {
      throw error(
          line, name + " is a word of clgrad's own (kernels/prelude.cl); choose another name");
    }
  }

  private void readFunctions(String code) {
    int depth = 0;
    int begin = 0;
    for (int i = 0; i < code.length(); i++) {
      char c = code.charAt(i);
      if (c == '{' && depth++ == 0) {
        readHead(code, begin, i);
      } else if (c == '}') {
        if (--depth < 0) {
          throw error(line(code, i), "a } closes nothing");
        }
        begin = i + 1;
      } else if (c == ';' && depth == 0) {
        // A prototype may stand here, and is read as a function is, but defines nothing.
        if (!code.substring(begin, i).isBlank()) {
          readHead(code, begin, i);
          functions.remove(functions.size() - 1);
        }
        begin = i + 1;
      }
    }
    if (depth > 0) {
      throw error(line(code, code.length()), "a { is never closed");
    }
    if (!code.substring(begin).isBlank()) {
      throw error(line(code, begin + leading(code.substring(begin))), "a function is not complete");
    }
  }

  private static int leading(String text) {
    return text.length() - text.stripLeading().length();
  }

  private void readHead(String code, int begin, int end) {
    String head = code.substring(begin, end);
    int line = line(code, begin + leading(head));
    if (KERNEL.matcher(head).find()) {
      throw error(
          line,
          "a pointwise source holds functions alone, and clgrad writes the kernel around them; a"
              + " __kernel of one's own goes into a KernelProgram");
    }
    Matcher parts = HEAD.matcher(head.strip());
    if (!parts.matches() || head.contains("=")) {
      throw error(
          line,
          "expected a function, PURE real name(real x, ...) { ... }; constants are K(0.5) or macros");
    }
    List<String> words = words(parts.group(1));
    if (words.isEmpty() || !words.get(0).equals("PURE")) {
      throw error(
          line,
          parts.group(2)
              + " must begin with PURE, as every function here: PURE real "
              + parts.group(2)
              + "(real x, ...)");
    }
    List<String> parameters =
        parts.group(3).isBlank()
            ? List.of()
            : Arrays.stream(parts.group(3).split(",", -1))
                .map(p -> String.join(" ", words(p)))
                .toList();
    String result = String.join(" ", words.subList(1, words.size()));
    functions.add(new Function(line, result, parts.group(2), parameters));
  }

  /** The words of a declaration, without const. */
  private static List<String> words(String declaration) {
    return Arrays.stream(declaration.strip().split("\\s+"))
        .filter(w -> !w.isEmpty() && !w.equals("const"))
        .toList();
  }

  /**
   * Checks that a function is there, takes reals and returns one.
   *
   * @param parameters how it must be written, such as {@code dy, x, p0}
   */
  void require(String name, List<String> parameters) {
    String wanted = "PURE real " + name + "(real " + String.join(", real ", parameters) + ")";
    List<Function> named = functions.stream().filter(f -> f.name.equals(name)).toList();
    if (named.isEmpty()) {
      throw new KernelBuildException(
          op
              + ": "
              + title
              + " has no function "
              + name
              + "; expected "
              + wanted
              + (functions.isEmpty() ? "" : ", and found " + String.join(", ", functionNames())));
    }
    for (Function function : named) {
      if (function.parameters.size() != parameters.size()) {
        throw error(
            function.line,
            name
                + " has "
                + function.parameters.size()
                + " parameters and must have "
                + parameters.size()
                + ": "
                + wanted);
      }
      boolean reals = function.parameters.stream().allMatch(p -> p.matches("real \\w+"));
      if (!reals || !function.result.equals("real")) {
        throw error(function.line, name + " must take and return real: " + wanted);
      }
    }
  }

  private Set<String> functionNames() {
    Set<String> names = new LinkedHashSet<>();
    functions.forEach(f -> names.add(f.name));
    return names;
  }

  /** What a function is called in programs. */
  String nameInPrograms(String function) {
    return function + mark;
  }

  /** Makes it a kernel file; what it is then found by. */
  String add() {
    StringBuilder file = new StringBuilder();
    for (String name : functionNames()) {
      file.append("#define ").append(name).append(' ').append(nameInPrograms(name)).append('\n');
    }
    file.append("#line 1 \"").append(title).append("\"\n").append(text).append('\n');
    for (String name : functionNames()) {
      file.append("#undef ").append(name).append('\n');
    }
    for (String name : macros) {
      file.append("#undef ").append(name).append('\n');
    }
    // One file for all operations of a source: in a program that has several, it stands once.
    String path = "own/" + title + mark;
    KernelFiles.add(path, file.toString());
    return path;
  }
}
