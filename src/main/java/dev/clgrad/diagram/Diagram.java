package dev.clgrad.diagram;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A directed graph without cycles, to be drawn from top to bottom: boxes with lines of text, groups
 * of boxes with a title, and arrows. Its texts may hold any characters.
 */
public final class Diagram {
  private final List<Node> nodes = new ArrayList<>();
  private final List<String> groups = new ArrayList<>();
  private final Set<Edge> edges = new LinkedHashSet<>();

  /** What a box stands for, and so how it looks. */
  public enum Look {
    /** Something computed: a plain box. */
    OPERATION,
    /** Something that lies in memory: rounded. */
    VALUE,
    /** What everything starts from, such as a parameter: rounded, in another color. */
    LEAF,
    /** What the picture is about: rounded, with a thick border. */
    RESULT,
    /** What is kept or left out: a dashed border. */
    NOTE
  }

  /**
   * A box.
   *
   * @param lines its text
   * @param group the number of its group; -1 for none
   */
  record Node(List<String> lines, Look look, int group) {}

  /** An arrow from one box to another, by their numbers. */
  record Edge(int from, int to) {}

  /** An empty diagram. */
  public Diagram() {}

  /**
   * Adds a group without boxes yet.
   *
   * @return its number, counted from 0
   */
  public int addGroup(String title) {
    groups.add(title);
    return groups.size() - 1;
  }

  /**
   * Adds a box outside all groups.
   *
   * @return its number, counted from 0
   */
  public int addNode(Look look, String... lines) {
    return addNode(-1, look, lines);
  }

  /**
   * Adds a box to a group.
   *
   * @return its number, counted from 0
   * @throws IndexOutOfBoundsException if there is no such group
   */
  public int addNode(int group, Look look, String... lines) {
    if (group < -1 || group >= groups.size()) {
      throw new IndexOutOfBoundsException("there is no group " + group);
    }
    nodes.add(new Node(List.of(lines), look, group));
    return nodes.size() - 1;
  }

  /**
   * Adds an arrow; a second one between the same boxes changes nothing.
   *
   * @throws IndexOutOfBoundsException if there is no such box
   */
  public void addEdge(int from, int to) {
    edges.add(new Edge(checked(from), checked(to)));
  }

  private int checked(int node) {
    if (node < 0 || node >= nodes.size()) {
      throw new IndexOutOfBoundsException("there is no box " + node);
    }
    return node;
  }

  List<Node> nodes() {
    return nodes;
  }

  List<String> groups() {
    return groups;
  }

  List<Edge> edges() {
    return new ArrayList<>(edges);
  }

  /** The diagram in the DOT language, for {@code dot -Tsvg} and the like. */
  public String toDot() {
    return DotWriter.write(this);
  }

  /**
   * The diagram as an SVG document: groups and boxes do not overlap, and arrows pass between them.
   * Equal diagrams give equal text. The background is transparent; what is drawn can be read on
   * light and on dark.
   *
   * @throws IllegalArgumentException if arrows form a cycle
   */
  public String toSvg() {
    return SvgWriter.write(this);
  }
}
