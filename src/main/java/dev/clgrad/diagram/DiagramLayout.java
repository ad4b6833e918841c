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
  private final List<Rectangle> nodes = new ArrayList<>();
  private final List<Rectangle> groups = new ArrayList<>();
  private final List<double[]> paths = new ArrayList<>();
  private final double width;
  private final double height;

  /** A group by itself: its boxes, then its ports, by the boxes whose arrows they take. */
  private static final class Inside {
    final List<Integer> members = new ArrayList<>();
    final Map<Integer, Integer> in = new HashMap<>();
    final Map<Integer, Integer> out = new HashMap<>();
    final List<Box> boxes = new ArrayList<>();
    final List<Link> links = new ArrayList<>();
    final Map<Link, Integer> numbers = new HashMap<>();

    int link(int from, int to) {
      return number(new Link(from, to, 0, 0), links, numbers);
    }

    int port(Map<Integer, Integer> ports, int node, Pin pin) {
      return ports.computeIfAbsent(
          node,
          n -> {
            boxes.add(new Box(LayeredLayout.LANE, 0, pin));
            return boxes.size() - 1;
          });
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
    int count = diagram.nodes().size();
    int groupCount = diagram.groups().size();
    List<Inside> insides = new ArrayList<>();
    for (int g = 0; g < groupCount; g++) {
      insides.add(new Inside());
    }
    int[] local = new int[count];
    List<Box> boxes = new ArrayList<>();
    for (int v = 0; v < count; v++) {
      int g = diagram.nodes().get(v).group();
      if (g >= 0) {
        local[v] = insides.get(g).boxes.size();
        insides.get(g).members.add(v);
        insides.get(g).boxes.add(box(v));
      }
    }
    List<Diagram.Edge> edges = diagram.edges();
    int[] first = new int[edges.size()];
    int[] last = new int[edges.size()];
    for (int e = 0; e < edges.size(); e++) {
      int a = edges.get(e).from();
      int b = edges.get(e).to();
      int from = diagram.nodes().get(a).group();
      int to = diagram.nodes().get(b).group();
      if (from >= 0 && from == to) {
        first[e] = insides.get(from).link(local[a], local[b]);
        continue;
      }
      if (from >= 0) {
        Inside inside = insides.get(from);
        first[e] = inside.link(local[a], inside.port(inside.out, a, Pin.LAST_LAYER));
      }
      if (to >= 0) {
        Inside inside = insides.get(to);
        last[e] = inside.link(inside.port(inside.in, a, Pin.FIRST_LAYER), local[b]);
      }
    }
    List<LayeredLayout> layouts = new ArrayList<>();
    for (int g = 0; g < groupCount; g++) {
      LayeredLayout layout = new LayeredLayout(insides.get(g).boxes, insides.get(g).links);
      layouts.add(layout);
      double title = textWidth(diagram.groups().get(g)) + 2 * PADDING;
      boxes.add(
          new Box(
              Math.max(layout.width() + 2 * MARGIN, title),
              layout.height() + LINE + 2 * MARGIN,
              Pin.FREE));
    }
    int[] outer = new int[count];
    for (int v = 0; v < count; v++) {
      outer[v] = diagram.nodes().get(v).group();
      if (outer[v] < 0) {
        outer[v] = boxes.size();
        boxes.add(box(v));
      }
    }
    List<Link> links = new ArrayList<>();
    Map<Link, Integer> numbers = new HashMap<>();
    int[] middle = new int[edges.size()];
    for (int e = 0; e < edges.size(); e++) {
      int a = edges.get(e).from();
      int from = outer[a];
      int to = outer[edges.get(e).to()];
      if (from != to) {
        double fromDx = from < groupCount ? dx(layouts.get(from), insides.get(from).out.get(a)) : 0;
        double toDx = to < groupCount ? dx(layouts.get(to), insides.get(to).in.get(a)) : 0;
        middle[e] = number(new Link(from, to, fromDx, toDx), links, numbers);
      }
    }
    LayeredLayout whole = new LayeredLayout(boxes, links);
    width = whole.width() + 2 * MARGIN;
    height = whole.height() + 2 * MARGIN;
    for (int g = 0; g < groupCount; g++) {
      groups.add(rectangle(whole, boxes, g));
    }
    for (int v = 0; v < count; v++) {
      if (outer[v] >= groupCount) {
        nodes.add(rectangle(whole, boxes, outer[v]));
      } else {
        Rectangle own = rectangle(layouts.get(outer[v]), insides.get(outer[v]).boxes, local[v]);
        double[] at = origin(outer[v], layouts.get(outer[v]));
        nodes.add(
            new Rectangle(
                own.x() - MARGIN + at[0], own.y() - MARGIN + at[1], own.width(), own.height()));
      }
    }
    for (int e = 0; e < edges.size(); e++) {
      int from = outer[edges.get(e).from()];
      int to = outer[edges.get(e).to()];
      List<Double> points = new ArrayList<>();
      if (from < groupCount) {
        add(points, layouts.get(from).path(first[e]), origin(from, layouts.get(from)));
      }
      if (from != to) {
        add(points, whole.path(middle[e]), new double[] {MARGIN, MARGIN});
        if (to < groupCount) {
          add(points, layouts.get(to).path(last[e]), origin(to, layouts.get(to)));
        }
      }
      paths.add(points.stream().mapToDouble(p -> p).toArray());
    }
  }

  /** Where a group's inside begins. */
  private double[] origin(int group, LayeredLayout inside) {
    Rectangle r = groups.get(group);
    return new double[] {
      r.x() + (r.width() - inside.width()) / 2, r.y() + MARGIN + LINE,
    };
  }

  private static double dx(LayeredLayout inside, int port) {
    return inside.x(port) - inside.width() / 2;
  }

  private static void add(List<Double> points, double[] path, double[] origin) {
    for (int i = 0; i < path.length; i += 2) {
      points.add(path[i] + origin[0]);
      points.add(path[i + 1] + origin[1]);
    }
  }

  private static Rectangle rectangle(LayeredLayout layout, List<Box> boxes, int box) {
    Box b = boxes.get(box);
    return new Rectangle(
        layout.x(box) - b.width() / 2 + MARGIN, layout.top(box) + MARGIN, b.width(), b.height());
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
