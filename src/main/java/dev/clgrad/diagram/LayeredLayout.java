package dev.clgrad.diagram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Places boxes in layers from top to bottom so that every link goes down (Sugiyama's method):
 * layers by longest paths; bends where a link passes a layer; an order within each layer by
 * barycenters, the one with the fewest crossings kept; then x by least squares within that order.
 * Boxes of a layer have a gap between them and links pass through gaps, so nothing overlaps.
 */
final class LayeredLayout {
  /** Between layers, between boxes, and what a link takes that passes a layer. */
  static final double LAYER_GAP = 34;

  static final double BOX_GAP = 18;
  static final double LANE = 6;

  private static final int ORDER_SWEEPS = 12;
  private static final int POSITION_SWEEPS = 60;

  /** Where a box has to be. */
  enum Pin {
    FREE,
    FIRST_LAYER,
    LAST_LAYER
  }

  /** A box's size. */
  record Box(double width, double height, Pin pin) {}

  /**
   * A link between boxes.
   *
   * @param fromDx where it leaves, from the middle of the box's lower edge
   * @param toDx where it arrives, from the middle of the box's upper edge
   */
  record Link(int from, int to, double fromDx, double toDx) {}

  /** A link's way through one gap between layers, between boxes or bends. */
  private record Segment(int from, int to, double fromDx, double toDx) {}

  /** Links from one place share their bends. */
  private record Bend(int from, double fromDx, int layer) {}

  private final List<Box> boxes;
  private final List<Link> links;
  private final List<double[]> paths = new ArrayList<>();
  private final List<Integer> layerOf = new ArrayList<>();
  private final List<List<Integer>> chains = new ArrayList<>();
  private final List<Segment> segments = new ArrayList<>();
  private List<List<Segment>> above = List.of();
  private List<List<Segment>> below = List.of();
  private int[][] layers = new int[0][];
  private final double[] x;
  private final double[] layerTop;
  private final double[] layerHeight;

  /**
   * Lays boxes out.
   *
   * @throws IllegalArgumentException if links form a cycle
   */
  LayeredLayout(List<Box> boxes, List<Link> links) {
    this.boxes = boxes;
    this.links = links;
    int count = assignLayers();
    bend();
    order(count);
    x = new double[layerOf.size()];
    position();
    layerTop = new double[count];
    layerHeight = new double[count];
    for (int l = 0; l < count; l++) {
      for (int v : layers[l]) {
        layerHeight[l] = Math.max(layerHeight[l], height(v));
      }
      // A layer of ports is close to the others.
      boolean ports = l > 0 && (layerHeight[l] == 0 || layerHeight[l - 1] == 0);
      double gap = ports ? LAYER_GAP / 2 : LAYER_GAP;
      layerTop[l] = l == 0 ? 0 : layerTop[l - 1] + layerHeight[l - 1] + gap;
    }
    for (int i = 0; i < links.size(); i++) {
      paths.add(path(links.get(i), chains.get(i)));
    }
  }

  /** The middle of a box. */
  double x(int box) {
    return x[box];
  }

  /** The upper edge of a box. */
  double top(int box) {
    int l = layerOf.get(box);
    return layerTop[l] + (layerHeight[l] - height(box)) / 2;
  }

  /** The points of a link, x and y in turns, from box to box. */
  double[] path(int link) {
    return paths.get(link);
  }

  double width() {
    double width = 0;
    for (int v = 0; v < x.length; v++) {
      width = Math.max(width, x[v] + width(v) / 2);
    }
    return width;
  }

  double height() {
    int last = layerTop.length - 1;
    return last < 0 ? 0 : layerTop[last] + layerHeight[last];
  }

  private double width(int v) {
    return v < boxes.size() ? boxes.get(v).width() : LANE;
  }

  private double height(int v) {
    return v < boxes.size() ? boxes.get(v).height() : 0;
  }

  private int assignLayers() {
    int n = boxes.size();
    List<List<Integer>> next = new ArrayList<>();
    int[] waiting = new int[n];
    for (int v = 0; v < n; v++) {
      next.add(new ArrayList<>());
    }
    for (Link link : links) {
      next.get(link.from()).add(link.to());
      waiting[link.to()]++;
    }
    int[] layer = new int[n];
    int[] queue = new int[n];
    int end = 0;
    for (int v = 0; v < n; v++) {
      if (waiting[v] == 0) {
        queue[end++] = v;
      }
    }
    int deepest = 0;
    for (int at = 0; at < end; at++) {
      for (int w : next.get(queue[at])) {
        layer[w] = Math.max(layer[w], layer[queue[at]] + 1);
        deepest = Math.max(deepest, layer[w]);
        if (--waiting[w] == 0) {
          queue[end++] = w;
        }
      }
    }
    if (end < n) {
      throw new IllegalArgumentException("a diagram's arrows form a cycle");
    }
    int[] inputs = new int[n];
    links.forEach(link -> inputs[link.to()]++);
    for (int at = n - 1; at >= 0; at--) {
      int v = queue[at];
      List<Integer> to = next.get(v);
      if (boxes.get(v).pin() == Pin.LAST_LAYER) {
        layer[v] = deepest;
      } else if (boxes.get(v).pin() == Pin.FREE && !to.isEmpty() && inputs[v] <= to.size()) {
        // Nearer to what it leads to, where that makes no link longer than it makes others shorter.
        layer[v] = to.stream().mapToInt(w -> layer[w] - 1).min().orElseThrow();
      }
    }
    for (int l : layer) {
      layerOf.add(l);
    }
    return n == 0 ? 0 : deepest + 1;
  }

  private void bend() {
    Map<Bend, Integer> bends = new HashMap<>();
    Set<Segment> known = new HashSet<>();
    for (Link link : links) {
      List<Integer> chain = new ArrayList<>(List.of(link.from()));
      for (int l = layerOf.get(link.from()) + 1; l < layerOf.get(link.to()); l++) {
        int layer = l;
        chain.add(
            bends.computeIfAbsent(
                new Bend(link.from(), link.fromDx(), l),
                b -> {
                  layerOf.add(layer);
                  return layerOf.size() - 1;
                }));
      }
      chain.add(link.to());
      chains.add(chain);
      for (int i = 1; i < chain.size(); i++) {
        double fromDx = i == 1 ? link.fromDx() : 0;
        double toDx = i == chain.size() - 1 ? link.toDx() : 0;
        Segment segment = new Segment(chain.get(i - 1), chain.get(i), fromDx, toDx);
        if (known.add(segment)) {
          segments.add(segment);
        }
      }
    }
    above = new ArrayList<>();
    below = new ArrayList<>();
    for (int v = 0; v < layerOf.size(); v++) {
      above.add(new ArrayList<>());
      below.add(new ArrayList<>());
    }
    for (Segment segment : segments) {
      above.get(segment.to()).add(segment);
      below.get(segment.from()).add(segment);
    }
  }

  private void order(int count) {
    List<List<Integer>> rows = new ArrayList<>();
    for (int l = 0; l < count; l++) {
      rows.add(new ArrayList<>());
    }
    for (int v = 0; v < layerOf.size(); v++) {
      rows.get(layerOf.get(v)).add(v);
    }
    layers = new int[count][];
    Arrays.setAll(layers, l -> rows.get(l).stream().mapToInt(v -> v).toArray());
    int[] place = new int[layerOf.size()];
    for (int[] row : layers) {
      number(row, place);
    }
    int[][] best = copy(layers);
    long fewest = crossings(place);
    for (int sweep = 0; sweep < ORDER_SWEEPS && fewest > 0; sweep++) {
      boolean down = sweep % 2 == 0;
      for (int i = 1; i < count; i++) {
        sort(layers[down ? i : count - 1 - i], down, place);
      }
      long now = crossings(place);
      if (now < fewest) {
        fewest = now;
        best = copy(layers);
      }
    }
    layers = best;
  }

  /** Sorts a layer by where what it is linked to stands in the layer before. */
  private void sort(int[] row, boolean down, int[] place) {
    Map<Integer, Double> center = new HashMap<>();
    for (int v : row) {
      double sum = 0;
      List<Segment> near = down ? above.get(v) : below.get(v);
      for (Segment s : near) {
        // Ports of one box come from left to right.
        sum += down ? place[s.from()] + s.fromDx() / 1e4 : place[s.to()] + s.toDx() / 1e4;
      }
      center.put(v, near.isEmpty() ? place[v] : sum / near.size());
    }
    List<Integer> sorted = new ArrayList<>();
    for (int v : row) {
      sorted.add(v);
    }
    sorted.sort(Comparator.comparing(center::get));
    for (int i = 0; i < row.length; i++) {
      row[i] = sorted.get(i);
    }
    number(row, place);
  }

  private static void number(int[] row, int[] place) {
    for (int i = 0; i < row.length; i++) {
      place[row[i]] = i;
    }
  }

  private static int[][] copy(int[][] rows) {
    return Arrays.stream(rows).map(int[]::clone).toArray(int[][]::new);
  }

  private long crossings(int[] place) {
    long crossings = 0;
    int widest = Arrays.stream(layers).mapToInt(row -> row.length).max().orElse(0);
    for (int[] row : layers) {
      List<Segment> down = new ArrayList<>();
      for (int v : row) {
        below.get(v).stream().sorted(Comparator.comparing(s -> place[s.to()])).forEach(down::add);
      }
      int[] tree = new int[widest + 1];
      for (int seen = 0; seen < down.size(); seen++) {
        int to = place[down.get(seen).to()] + 1;
        crossings += seen;
        for (int i = to; i > 0; i -= i & -i) {
          crossings -= tree[i];
        }
        for (int i = to; i < tree.length; i += i & -i) {
          tree[i]++;
        }
      }
    }
    return crossings;
  }

  private void position() {
    for (int[] row : layers) {
      for (int i = 1; i < row.length; i++) {
        x[row[i]] = x[row[i - 1]] + distance(row[i - 1], row[i]);
      }
    }
    for (int sweep = 0; sweep < POSITION_SWEEPS; sweep++) {
      boolean down = sweep % 2 == 0;
      boolean both = sweep >= POSITION_SWEEPS / 2;
      for (int i = 0; i < layers.length; i++) {
        place(layers[down ? i : layers.length - 1 - i], down || both, !down || both);
      }
    }
    double left = Double.MAX_VALUE;
    for (int v = 0; v < x.length; v++) {
      left = Math.min(left, x[v] - width(v) / 2);
    }
    for (int v = 0; v < x.length; v++) {
      x[v] -= left;
    }
  }

  /** Between bends links should be straight. */
  private double pull(Segment segment) {
    int bends = segment.from() < boxes.size() ? 0 : 1;
    bends += segment.to() < boxes.size() ? 0 : 1;
    return bends == 0 ? 1 : bends == 1 ? 2 : 12;
  }

  private double distance(int left, int right) {
    return (width(left) + width(right)) / 2 + BOX_GAP;
  }

  /**
   * Moves a layer's boxes as near as their order allows to where their links would be straight:
   * boxes that would come too near share the mean of what they want.
   */
  private void place(int[] row, boolean useAbove, boolean useBelow) {
    double[] mean = new double[row.length];
    double[] weight = new double[row.length];
    int[] size = new int[row.length];
    int blocks = 0;
    double offset = 0;
    for (int i = 0; i < row.length; i++) {
      offset += i == 0 ? 0 : distance(row[i - 1], row[i]);
      int v = row[i];
      double sum = 0;
      double pull = 0;
      for (Segment s : useAbove ? above.get(v) : List.<Segment>of()) {
        sum += pull(s) * (x[s.from()] + s.fromDx() - s.toDx());
        pull += pull(s);
      }
      for (Segment s : useBelow ? below.get(v) : List.<Segment>of()) {
        sum += pull(s) * (x[s.to()] + s.toDx() - s.fromDx());
        pull += pull(s);
      }
      mean[blocks] = (pull == 0 ? x[v] : sum / pull) - offset;
      // What has no link gives way.
      weight[blocks] = pull == 0 ? 0.1 : pull;
      size[blocks++] = 1;
      while (blocks > 1 && mean[blocks - 2] > mean[blocks - 1]) {
        double both = weight[blocks - 2] + weight[blocks - 1];
        double total =
            mean[blocks - 2] * weight[blocks - 2] + mean[blocks - 1] * weight[blocks - 1];
        blocks--;
        mean[blocks - 1] = total / both;
        weight[blocks - 1] = both;
        size[blocks - 1] += size[blocks];
      }
    }
    int at = 0;
    offset = 0;
    for (int b = 0; b < blocks; b++) {
      for (int k = 0; k < size[b]; k++, at++) {
        offset += at == 0 ? 0 : distance(row[at - 1], row[at]);
        x[row[at]] = mean[b] + offset;
      }
    }
  }

  private double[] path(Link link, List<Integer> chain) {
    List<Double> points = new ArrayList<>();
    int from = layerOf.get(link.from());
    int to = layerOf.get(link.to());
    double start = x[link.from()] + link.fromDx();
    double end = x[link.to()] + link.toDx();
    points.addAll(List.of(start, top(link.from()) + height(link.from())));
    points.addAll(List.of(start, layerTop[from] + layerHeight[from]));
    for (int v : chain.subList(1, chain.size() - 1)) {
      int l = layerOf.get(v);
      points.addAll(List.of(x[v], layerTop[l], x[v], layerTop[l] + layerHeight[l]));
    }
    points.addAll(List.of(end, layerTop[to], end, top(link.to())));
    return points.stream().mapToDouble(p -> p).toArray();
  }
}
