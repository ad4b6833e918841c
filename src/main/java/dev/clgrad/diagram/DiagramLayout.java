package dev.clgrad.diagram;

import dev.clgrad.diagram.LayeredLayout.Box;
import dev.clgrad.diagram.LayeredLayout.Link;
import dev.clgrad.diagram.LayeredLayout.Pin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a diagram's boxes, groups and arrows are. Each group is laid out by itself, with a port in
 * its upper edge for every box outside that leads into it and one in its lower edge for every box
 * in it that leads out; then groups are boxes among the others.
 */
final class DiagramLayout {
  /** Text is monospaced: the width of a character and the height of a line. */
  static final double CHARACTER = 7.3;

  static final double LINE = 16;

  /** Between text and the edge of its box, and between boxes and the edge of their group. */
  static final double PADDING = 8;

  static final double MARGIN = 12;

  /** A rectangle by its upper left corner. */
  record Rectangle(double x, double y, double width, double height) {}

  private final Diagram diagram;
  private final List<Diagram.Edge> edges;
  private final List<Rectangle> nodes = new ArrayList<>();
  private final List<Rectangle> groups = new ArrayList<>();
  private final List<double[]> paths = new ArrayList<>();
  private final double width;
  private final double height;

  private final List<Inside> insides = new ArrayList<>();

  /** The groups, then the nodes outside them, as boxes beside each other. */
  private final List<Box> boxes = new ArrayList<>();

  private final List<Link> links = new ArrayList<>();

  /** Each node's number in its group, and among the boxes its own or its group's. */
  private final int[] local;

  private final int[] outer;

  /** Each edge's links: within the group it leaves or stays in, outside, within where it ends. */
  private final int[] first;

  private final int[] middle;
  private final int[] last;

  /** A group by itself: its nodes, then its ports, by the nodes whose arrows they take. */
  private static final class Inside {
    final Map<Integer, Integer> in = new HashMap<>();
    final Map<Integer, Integer> out = new HashMap<>();
    final List<Box> boxes = new ArrayList<>();
    final List<Link> links = new ArrayList<>();
    final Map<Link, Integer> numbers = new HashMap<>();
    LayeredLayout layout = new LayeredLayout(List.of(), List.of());

    int add(Box box) {
      boxes.add(box);
      return boxes.size() - 1;
    }

    int link(int from, int to) {
      return number(new Link(from, to, 0, 0), links, numbers);
    }

    int in(int node) {
      return in.computeIfAbsent(node, n -> add(new Box(LayeredLayout.LANE, 0, Pin.FIRST_LAYER)));
    }

    int out(int node) {
      return out.computeIfAbsent(node, n -> add(new Box(LayeredLayout.LANE, 0, Pin.LAST_LAYER)));
    }

    /** Where a port is, from the middle of the group. */
    double dx(int port) {
      return layout.x(port) - layout.width() / 2;
    }
  }

  private static int number(Link link, List<Link> links, Map<Link, Integer> numbers) {
    return numbers.computeIfAbsent(
        link,
        l -> {
          links.add(l);
          return links.size() - 1;
        });
  }

  /**
   * Lays a diagram out.
   *
   * @throws IllegalArgumentException if arrows form a cycle, also one of groups
   */
  DiagramLayout(Diagram diagram) {
    this.diagram = diagram;
    this.edges = diagram.edges();
    local = new int[diagram.nodes().size()];
    outer = new int[local.length];
    first = new int[edges.size()];
    middle = new int[first.length];
    last = new int[first.length];
    layGroupsOut();
    linkBoxes();
    LayeredLayout whole = new LayeredLayout(boxes, links);
    width = whole.width() + 2 * MARGIN;
    height = whole.height() + 2 * MARGIN;
    placeNodes(whole);
    for (int e = 0; e < first.length; e++) {
      paths.add(path(e, whole));
    }
  }

  private boolean isGrouped(int node) {
    return diagram.nodes().get(node).group() >= 0;
  }

  private void layGroupsOut() {
    diagram.groups().forEach(title -> insides.add(new Inside()));
    for (int v = 0; v < local.length; v++) {
      if (isGrouped(v)) {
        outer[v] = diagram.nodes().get(v).group();
        local[v] = insides.get(outer[v]).add(box(v));
      }
    }
    for (int e = 0; e < first.length; e++) {
      int from = edges.get(e).from();
      int to = edges.get(e).to();
      if (isGrouped(from)) {
        Inside inside = insides.get(outer[from]);
        boolean stays = isGrouped(to) && outer[to] == outer[from];
        first[e] = inside.link(local[from], stays ? local[to] : inside.out(from));
        if (stays) {
          continue;
        }
      }
      if (isGrouped(to)) {
        Inside inside = insides.get(outer[to]);
        last[e] = inside.link(inside.in(from), local[to]);
      }
    }
    for (int g = 0; g < insides.size(); g++) {
      Inside inside = insides.get(g);
      LayeredLayout layout = new LayeredLayout(inside.boxes, inside.links);
      inside.layout = layout;
      double title = textWidth(diagram.groups().get(g)) + 2 * PADDING;
      double widest = Math.max(layout.width() + 2 * MARGIN, title);
      boxes.add(new Box(widest, layout.height() + LINE + 2 * MARGIN, Pin.FREE));
    }
  }

  private void linkBoxes() {
    for (int v = 0; v < local.length; v++) {
      if (!isGrouped(v)) {
        outer[v] = boxes.size();
        boxes.add(box(v));
      }
    }
    Map<Link, Integer> numbers = new HashMap<>();
    for (int e = 0; e < first.length; e++) {
      int from = edges.get(e).from();
      int to = edges.get(e).to();
      if (outer[from] != outer[to]) {
        Inside start = isGrouped(from) ? insides.get(outer[from]) : null;
        Inside end = isGrouped(to) ? insides.get(outer[to]) : null;
        double fromDx = start == null ? 0 : start.dx(start.out(from));
        double toDx = end == null ? 0 : end.dx(end.in(from));
        middle[e] = number(new Link(outer[from], outer[to], fromDx, toDx), links, numbers);
      }
    }
  }

  private void placeNodes(LayeredLayout whole) {
    for (int g = 0; g < insides.size(); g++) {
      groups.add(rectangle(whole, boxes, g, new double[] {MARGIN, MARGIN}));
    }
    for (int v = 0; v < local.length; v++) {
      if (isGrouped(v)) {
        Inside inside = insides.get(outer[v]);
        nodes.add(rectangle(inside.layout, inside.boxes, local[v], origin(outer[v])));
      } else {
        nodes.add(rectangle(whole, boxes, outer[v], new double[] {MARGIN, MARGIN}));
      }
    }
  }

  private double[] path(int edge, LayeredLayout whole) {
    int from = edges.get(edge).from();
    int to = edges.get(edge).to();
    List<Double> points = new ArrayList<>();
    if (isGrouped(from)) {
      add(points, insides.get(outer[from]).layout.path(first[edge]), origin(outer[from]));
    }
    if (outer[from] != outer[to]) {
      add(points, whole.path(middle[edge]), new double[] {MARGIN, MARGIN});
      if (isGrouped(to)) {
        add(points, insides.get(outer[to]).layout.path(last[edge]), origin(outer[to]));
      }
    }
    return points.stream().mapToDouble(p -> p).toArray();
  }

  /** Where a group's inside begins. */
  private double[] origin(int group) {
    Rectangle r = groups.get(group);
    double inside = insides.get(group).layout.width();
    return new double[] {r.x() + (r.width() - inside) / 2, r.y() + MARGIN + LINE};
  }

  private static void add(List<Double> points, double[] path, double[] origin) {
    for (int i = 0; i < path.length; i += 2) {
      points.add(path[i] + origin[0]);
      points.add(path[i + 1] + origin[1]);
    }
  }

  private static Rectangle rectangle(
      LayeredLayout layout, List<Box> boxes, int box, double[] origin) {
    Box b = boxes.get(box);
    double left = layout.x(box) - b.width() / 2;
    return new Rectangle(left + origin[0], layout.top(box) + origin[1], b.width(), b.height());
  }

  private Box box(int node) {
    List<String> lines = diagram.nodes().get(node).lines();
    double widest = lines.stream().mapToDouble(DiagramLayout::textWidth).max().orElse(0);
    return new Box(
        widest + 2 * PADDING, Math.max(1, lines.size()) * LINE + PADDING, LayeredLayout.Pin.FREE);
  }

  /** What a text takes at most: characters outside Latin may be twice as wide. */
  private static double textWidth(String text) {
    return text.codePoints().mapToDouble(c -> c < 0x1100 ? CHARACTER : 2 * CHARACTER).sum();
  }

  Rectangle node(int number) {
    return nodes.get(number);
  }

  Rectangle group(int number) {
    return groups.get(number);
  }

  /** The points of an arrow, x and y in turns. */
  double[] path(int edge) {
    return paths.get(edge);
  }

  double width() {
    return width;
  }

  double height() {
    return height;
  }
}
