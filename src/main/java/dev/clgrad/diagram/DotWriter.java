package dev.clgrad.diagram;

import java.util.List;

/** Writes a diagram in the DOT language of Graphviz. */
final class DotWriter {
  private DotWriter() {}

  static String write(Diagram diagram) {
    StringBuilder dot = new StringBuilder("digraph {\n");
    dot.append("  node [shape=box, fontname=\"monospace\", fontsize=11];\n");
    dot.append("  graph [fontname=\"monospace\", fontsize=11];\n");
    List<Diagram.Node> nodes = diagram.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).group() < 0) {
        node(dot, "  ", i, nodes.get(i));
      }
    }
    for (int g = 0; g < diagram.groups().size(); g++) {
      dot.append("  subgraph cluster_").append(g).append(" {\n    label=");
      dot.append(quoted(diagram.groups().get(g))).append(";\n");
      for (int i = 0; i < nodes.size(); i++) {
        if (nodes.get(i).group() == g) {
          node(dot, "    ", i, nodes.get(i));
        }
      }
      dot.append("  }\n");
    }
    for (Diagram.Edge edge : diagram.edges()) {
      dot.append("  n").append(edge.from()).append(" -> n").append(edge.to()).append(";\n");
    }
    return dot.append("}\n").toString();
  }

  private static void node(StringBuilder dot, String indent, int number, Diagram.Node node) {
    dot.append(indent).append('n').append(number).append(" [label=");
    dot.append(quoted(String.join("\n", node.lines()))).append(style(node.look())).append("];\n");
  }

  private static String style(Diagram.Look look) {
    return switch (look) {
      case OPERATION -> "";
      case VALUE -> ", style=rounded";
      case LEAF -> ", style=\"rounded,filled\", fillcolor=\"" + SvgWriter.LEAF_FILL + "\"";
      case RESULT -> ", style=rounded, penwidth=2";
      case NOTE -> ", style=dashed";
    };
  }

  /** A quoted string whose escapes mean what they do in labels. */
  private static String quoted(String text) {
    String escaped =
        text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\r", "").replace("\n", "\\n");
    return '"' + escaped + '"';
  }
}
