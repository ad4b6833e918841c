package dev.clgrad.diagram;

import dev.clgrad.diagram.DiagramLayout.Rectangle;
import java.util.List;

/** Draws a diagram as SVG. */
final class SvgWriter {
  static final String LEAF_FILL = "#d5e8d4";

  private static final String GROUP_FILL = "#ebebeb";
  private static final String OPERATION_FILL = "#ffffff";
  private static final String VALUE_FILL = "#dae8fc";
  private static final String RESULT_FILL = "#fff2cc";
  private static final String INK = "#1a1a1a";

  /** Seen on white and on black. */
  private static final String LINE = "#7a7a7a";

  private SvgWriter() {}

  static String write(Diagram diagram) {
    DiagramLayout layout = new DiagramLayout(diagram);
    StringBuilder svg = new StringBuilder();
    String width = number(Math.ceil(layout.width()));
    String height = number(Math.ceil(layout.height()));
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"").append(width);
    svg.append("\" height=\"").append(height).append("\" viewBox=\"0 0 ").append(width);
    svg.append(' ').append(height).append("\" font-family=\"ui-monospace, Menlo, Consolas,");
    svg.append(" 'DejaVu Sans Mono', monospace\" font-size=\"12\">\n");
    svg.append("<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\"");
    svg.append(" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">");
    svg.append("<path d=\"M0 0 8 4 0 8z\" fill=\"").append(LINE).append("\"/></marker></defs>\n");
    for (int g = 0; g < diagram.groups().size(); g++) {
      Rectangle r = layout.group(g);
      rectangle(svg, r, 4, " class=\"group\" fill=\"" + GROUP_FILL + "\"", "");
    }
    svg.append("<g fill=\"none\" stroke=\"").append(LINE).append("\">\n");
    for (int e = 0; e < diagram.edges().size(); e++) {
      svg.append("<path d=\"").append(curve(layout.path(e)));
      svg.append("\" marker-end=\"url(#arrow)\"/>\n");
    }
    svg.append("</g>\n");
    // Titles have a rim, for arrows pass behind them.
    svg.append("<g stroke=\"").append(GROUP_FILL);
    svg.append("\" stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\">\n");
    for (int g = 0; g < diagram.groups().size(); g++) {
      Rectangle r = layout.group(g);
      text(svg, r.x() + DiagramLayout.PADDING, r.y() + 16, diagram.groups().get(g), INK, false);
    }
    svg.append("</g>\n");
    for (int i = 0; i < diagram.nodes().size(); i++) {
      node(svg, layout.node(i), diagram.nodes().get(i));
    }
    return svg.append("</svg>\n").toString();
  }

  private static void node(StringBuilder svg, Rectangle r, Diagram.Node node) {
    String fill =
        switch (node.look()) {
          case OPERATION, NOTE -> OPERATION_FILL;
          case VALUE -> VALUE_FILL;
          case LEAF -> LEAF_FILL;
          case RESULT -> RESULT_FILL;
        };
    String border =
        switch (node.look()) {
          case NOTE -> " stroke-dasharray=\"4 3\"";
          case RESULT -> " stroke-width=\"2\"";
          default -> "";
        };
    int radius = node.look() == Diagram.Look.OPERATION || node.look() == Diagram.Look.NOTE ? 2 : 10;
    rectangle(svg, r, radius, " fill=\"" + fill + "\"", border);
    List<String> lines = node.lines();
    for (int i = 0; i < lines.size(); i++) {
      double y = r.y() + DiagramLayout.PADDING / 2 + DiagramLayout.LINE * i + 12;
      text(svg, r.x() + r.width() / 2, y, lines.get(i), INK, true);
    }
  }

  private static void rectangle(
      StringBuilder svg, Rectangle r, int radius, String fill, String border) {
    svg.append("<rect x=\"").append(number(r.x())).append("\" y=\"").append(number(r.y()));
    svg.append("\" width=\"").append(number(r.width())).append("\" height=\"");
    svg.append(number(r.height())).append("\" rx=\"").append(radius).append('"').append(fill);
    svg.append(" stroke=\"").append(LINE).append('"').append(border).append("/>\n");
  }

  private static void text(
      StringBuilder svg, double x, double y, String text, String color, boolean centered) {
    svg.append("<text x=\"").append(number(x)).append("\" y=\"").append(number(y)).append('"');
    svg.append(centered ? " text-anchor=\"middle\"" : "").append(" fill=\"").append(color);
    svg.append("\">").append(escaped(text)).append("</text>\n");
  }

  /** Straight where it goes down, bent with upright ends where it moves aside. */
  private static String curve(double[] points) {
    StringBuilder d = new StringBuilder("M");
    point(d, points[0], points[1]);
    for (int i = 2; i < points.length; i += 2) {
      double x = points[i];
      double y = points[i + 1];
      double fromX = points[i - 2];
      double fromY = points[i - 1];
      if (number(x).equals(number(fromX))) {
        if (!number(y).equals(number(fromY))) {
          d.append(" V").append(number(y));
        }
      } else {
        double half = (fromY + y) / 2;
        point(d.append(" C"), fromX, half);
        point(d.append(' '), x, half);
        point(d.append(' '), x, y);
      }
    }
    return d.toString();
  }

  private static void point(StringBuilder d, double x, double y) {
    d.append(number(x)).append(' ').append(number(y));
  }

  /** With one digit after the point, which is enough and the same everywhere. */
  private static String number(double value) {
    long tenths = Math.round(value * 10);
    String whole = (tenths < 0 ? "-" : "") + Math.abs(tenths) / 10;
    return tenths % 10 == 0 ? whole : whole + "." + Math.abs(tenths) % 10;
  }

  /** A text without what XML reserves, and without what it cannot hold at all. */
  private static String escaped(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                default -> out.appendCodePoint(isAllowed(c) ? c : 0xFFFD);
              }
            });
    return out.toString();
  }

  private static boolean isAllowed(int c) {
    return c == '\t' || (c >= 0x20 && c < 0xD800) || (c >= 0xE000 && c <= 0xFFFD) || c > 0xFFFF;
  }
}
