package dev.clgrad.diagram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Checks that texts are well-formed SVG and DOT, and looks at what they show. */
public final class Pictures {
  private static final String STRING = "\"(?:[^\"\\\\]|\\\\.)*\"";
  private static final Pattern DOT_LINE =
      Pattern.compile(
          "digraph \\{|\\}|subgraph cluster_\\d+ \\{|label="
              + STRING
              + ";|(?:node|graph) \\[[^\\]]*\\];|(?<node>n\\d+) \\[label="
              + STRING
              + "(?:, \\w+=(?:\\w+|\"[^\"]*\"))*\\];|(?<from>n\\d+) -> (?<to>n\\d+);");

  /** A rectangle of an SVG document; a box, unless it is the area of a group. */
  private record Rect(double x, double y, double width, double height, boolean group) {
    boolean overlaps(Rect other) {
      double e = 0.11; // coordinates are rounded to a tenth
      return x + e < other.x + other.width
          && other.x + e < x + width
          && y + e < other.y + other.height
          && other.y + e < y + height;
    }

    boolean holds(Rect other) {
      double e = 0.11;
      return x <= other.x + e
          && y <= other.y + e
          && x + width + e >= other.x + other.width
          && y + height + e >= other.y + other.height;
    }
  }

  private Pictures() {}

  /** Parses a document; its texts in their order. */
  public static List<String> texts(String svg) {
    List<String> texts = new ArrayList<>();
    elements(svg, "text").forEach(e -> texts.add(e.getTextContent()));
    return texts;
  }

  /** How many elements of a name a document has. */
  public static int count(String svg, String name) {
    return elements(svg, name).size();
  }

  private static List<Element> elements(String svg, String name) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setNamespaceAware(true);
      Document document =
          factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
      assertEquals("svg", document.getDocumentElement().getLocalName());
      NodeList found = document.getElementsByTagNameNS("http://www.w3.org/2000/svg", name);
      List<Element> elements = new ArrayList<>();
      for (int i = 0; i < found.getLength(); i++) {
        elements.add((Element) found.item(i));
      }
      return elements;
    } catch (java.io.IOException
        | org.xml.sax.SAXException
        | javax.xml.parsers.ParserConfigurationException e) {
      throw new AssertionError("not well-formed: " + e.getMessage() + "\n" + svg, e);
    }
  }

  /**
   * Checks that boxes do not overlap, that they lie within a group or outside all, and that all is
   * within the document.
   *
   * @return the number of boxes
   */
  public static int assertTidy(String svg) {
    Element root = elements(svg, "svg").get(0);
    Rect page = new Rect(0, 0, attribute(root, "width"), attribute(root, "height"), true);
    List<Rect> rects = new ArrayList<>();
    for (Element e : elements(svg, "rect")) {
      Rect rect =
          new Rect(
              attribute(e, "x"),
              attribute(e, "y"),
              attribute(e, "width"),
              attribute(e, "height"),
              e.getAttribute("class").equals("group"));
      assertTrue(page.holds(rect), rect + " leaves the page " + page);
      for (Rect other : rects) {
        boolean inside = rect.group != other.group && (rect.holds(other) || other.holds(rect));
        assertTrue(inside || !rect.overlaps(other), rect + " and " + other + " overlap");
      }
      rects.add(rect);
    }
    Matcher numbers = Pattern.compile("-?\\d+(\\.\\d)?|[A-Z]").matcher("");
    for (Element path : elements(svg, "path")) {
      numbers.reset(path.getAttribute("d"));
      assertTrue(numbers.find(), "an arrow without a way");
    }
    return (int) rects.stream().filter(r -> !r.group).count();
  }

  private static double attribute(Element element, String name) {
    return Double.parseDouble(element.getAttribute(name));
  }

  /**
   * Checks a text against the part of DOT's grammar that clgrad writes, that braces match, and that
   * edges join nodes that are there, each declared once.
   *
   * @return the number of nodes
   */
  public static int assertDot(String dot) {
    Set<String> nodes = new TreeSet<>();
    Set<String> used = new TreeSet<>();
    int depth = 0;
    for (String line : dot.lines().toList()) {
      Matcher matcher = DOT_LINE.matcher(line.strip());
      assertTrue(matcher.matches(), "no DOT: " + line);
      depth += line.endsWith("{") ? 1 : line.strip().equals("}") ? -1 : 0;
      assertTrue(depth > 0 || line.equals("}"), "behind the end: " + line);
      if (matcher.group("node") != null) {
        assertTrue(nodes.add(matcher.group("node")), "declared twice: " + line);
      } else if (matcher.group("from") != null) {
        used.add(matcher.group("from"));
        used.add(matcher.group("to"));
      }
    }
    assertEquals(0, depth, "braces do not match");
    assertFalse(nodes.isEmpty(), "no node");
    assertTrue(nodes.containsAll(used), "an edge to nowhere");
    return nodes.size();
  }
}
