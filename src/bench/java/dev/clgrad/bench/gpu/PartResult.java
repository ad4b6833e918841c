package dev.clgrad.bench.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * What one JVM of tests reported.
 *
 * @param tests that began
 * @param skipped of them; a skipped test has not passed
 * @param failures each as the test's name and what it said
 * @param broken how the JVM ended, where that was not by itself and in order
 */
record PartResult(
    String part,
    int tests,
    int skipped,
    List<Failure> failures,
    @Nullable String broken,
    double seconds) {
  private static final String DISPLAY_NAME = "display-name: ";
  private static final int KEPT_CHARACTERS = 4000;

  /** A test that failed. */
  record Failure(String test, String message) {}

  /** A part without a report. */
  static PartResult broken(String part, String how) {
    return new PartResult(part, 0, 0, List.of(), how, 0);
  }

  /** Reads JUnit's report; {@code exit} is null for a JVM that was stopped. */
  static PartResult read(String part, Path folder, @Nullable Integer exit, double seconds)
      throws IOException {
    int tests = 0;
    int skipped = 0;
    List<Failure> failures = new ArrayList<>();
    Path report = folder.resolve("TEST-junit-jupiter.xml");
    String broken = null;
    if (exit == null) {
      broken = "stopped: it took longer than its limit; its log ends with its stacks";
    } else if (!Files.exists(report)) {
      broken = "ended with status " + exit + " and no report; " + end(folder);
    }
    if (Files.exists(report)) {
      try {
        Element suite =
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report.toFile())
                .getDocumentElement();
        tests = Integer.parseInt(suite.getAttribute("tests"));
        skipped = Integer.parseInt(suite.getAttribute("skipped"));
        NodeList cases = suite.getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
          addFailure((Element) cases.item(i), failures);
        }
      } catch (ParserConfigurationException | SAXException e) {
        broken = "its report cannot be read: " + e.getMessage();
      }
    }
    if (broken == null && exit != null && exit != 0 && failures.isEmpty()) {
      broken = "ended with status " + exit + " though no test failed; " + end(folder);
    }
    if (broken == null && tests == 0) {
      broken = "ran no test";
    }
    return new PartResult(part, tests, skipped, failures, broken, seconds);
  }

  private static void addFailure(Element test, List<Failure> failures) {
    for (String kind : List.of("failure", "error")) {
      NodeList found = test.getElementsByTagName(kind);
      for (int i = 0; i < found.getLength(); i++) {
        Element failure = (Element) found.item(i);
        String message = failure.getAttribute("message");
        String text = message.isBlank() ? failure.getTextContent().strip() : message;
        failures.add(
            new Failure(name(test), text.substring(0, Math.min(KEPT_CHARACTERS, text.length()))));
      }
    }
  }

  /** The method, and what the test calls itself where that says more: the op of a dynamic test. */
  private static String name(Element test) {
    String name = test.getAttribute("classname") + "." + test.getAttribute("name");
    String display =
        test.getTextContent()
            .lines()
            .filter(line -> line.startsWith(DISPLAY_NAME))
            .map(line -> line.substring(DISPLAY_NAME.length()))
            .findFirst()
            .orElse("");
    return name.contains(display) ? name : name + " (" + display + ")";
  }

  private static String end(Path folder) throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("log.txt"));
    return "it said last: "
        + String.join(" / ", lines.subList(Math.max(0, lines.size() - 4), lines.size()));
  }

  int failed() {
    return failures.size() + skipped + (broken == null ? 0 : 1);
  }

  int passed() {
    return tests - failures.size() - skipped;
  }

  /** One line for who watches. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%-6s %4d tests, %3d failed, %6.1f s  %s%s",
        failed() == 0 ? "ok" : "FAILED",
        tests,
        failed(),
        seconds,
        part,
        broken == null ? "" : ": " + broken);
  }
}
