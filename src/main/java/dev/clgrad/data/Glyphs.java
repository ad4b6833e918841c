package dev.clgrad.data;

import java.util.ArrayList;
import java.util.List;

/**
 * The ten digits as pen strokes, several styles each.
 *
 * <p>A style is a list of strokes on a sheet 70 wide and 100 high, y downwards. Its text reads like
 * an SVG path: {@code M} puts the pen down at a point, {@code L} draws straight lines through the
 * points that follow, {@code S} one smooth curve through the pen's place and the points that
 * follow, and {@code Z} closes the curve just drawn smoothly.
 */
final class Glyphs {
  /** The sheet's middle. */
  static final double CENTER_X = 35;

  /** The sheet's middle. */
  static final double CENTER_Y = 50;

  private static final String[][] STYLES = {
    { // 0: oval, narrow, with the ends crossing at the top
      "M35 0 S10 14 2 50 10 86 35 100 60 86 68 50 60 14 Z",
      "M35 0 S18 14 14 50 18 86 35 100 52 86 56 50 52 14 Z",
      "M52 6 S24 2 6 30 6 74 32 100 60 84 66 44 50 10 28 4"
    },
    { // 1: bar, with a flag, with flag and foot
      "M35 0 L35 100", "M14 24 L40 0 40 100", "M16 20 L36 0 36 100 M12 100 L60 100"
    },
    { // 2: straight foot, looped foot, swan's neck
      "M6 24 S18 4 40 0 62 16 58 40 34 72 4 100 L68 100",
      "M8 20 S32 0 58 14 56 46 32 80 10 98 4 84 22 80 44 94 68 92",
      "M4 14 S34 -2 62 18 48 56 6 98 L66 96"
    },
    { // 3: two bowls, flat top, one flowing line
      "M8 12 S34 0 60 18 52 40 26 48 S54 54 66 74 46 98 6 90",
      "M8 0 L62 0 30 40 S60 48 66 72 44 98 6 90",
      "M10 14 S36 0 56 18 46 40 30 48 46 52 62 74 40 100 6 86"
    },
    { // 4: open, closed, curved
      "M14 0 L6 58 66 58 M50 20 L50 100",
      "M48 100 L48 0 4 66 68 66",
      "M14 4 S8 28 12 46 34 54 60 44 M60 0 S56 50 48 100"
    },
    { // 5: one line, cap drawn last, flowing
      "M62 0 L16 0 12 44 S42 36 66 62 44 98 4 92",
      "M14 4 L12 44 S44 38 64 66 42 98 6 90 M14 4 L64 2",
      "M60 4 S26 2 14 20 26 42 52 54 62 80 38 100 6 90"
    },
    { // 6: curved back, wide, straight back
      "M56 2 S22 26 6 66 30 100 62 80 44 54 10 72",
      "M46 0 S16 36 8 74 34 100 60 80 42 56 12 72",
      "M46 0 L10 62 S14 94 42 98 62 74 42 54 12 66"
    },
    { // 7: plain, with a bar, curved with a serif
      "M4 2 L66 2 26 100", "M4 2 L66 2 26 100 M18 52 L60 52", "M6 18 L8 2 64 2 S42 44 32 100"
    },
    { // 8: crossing, two loops, open at the top
      "M35 48 S10 28 14 8 35 0 56 8 60 28 35 48 8 70 10 92 35 100 60 92 62 70 Z",
      "M35 0 S14 6 12 26 35 46 58 26 56 6 Z M35 46 S8 56 6 82 35 100 64 82 62 56 Z",
      "M58 14 S36 -2 12 14 20 40 48 56 62 84 36 100 8 84 22 58 48 40 62 14"
    },
    { // 9: curved tail, straight tail, curled tail
      "M60 26 S40 2 12 14 14 44 42 46 60 26 62 62 54 100",
      "M62 10 S32 -2 8 20 20 48 48 40 62 10 L56 100",
      "M60 24 S38 -2 10 18 20 48 50 38 60 24 62 64 44 98 10 90"
    }
  };

  private Glyphs() {}

  /** Straight lines or one smooth curve; the first point is the last one of what came before. */
  static final class Segment {
    /** The points that this segment adds, x and y in turn, on the sheet. */
    final double[] points;

    /** Whether the pen is put down at the first point instead of coming from the last segment. */
    final boolean move;

    /** Whether the points lie on a smooth curve. */
    final boolean smooth;

    /** Whether the curve returns to where it began. */
    final boolean closed;

    Segment(double[] points, boolean move, boolean smooth, boolean closed) {
      this.points = points;
      this.move = move;
      this.smooth = smooth;
      this.closed = closed;
    }
  }

  private static final List<List<List<Segment>>> PARSED = parseAll();

  /** The styles of a digit, each the segments in drawing order. */
  static List<List<Segment>> styles(int digit) {
    return PARSED.get(digit);
  }

  private static List<List<List<Segment>>> parseAll() {
    List<List<List<Segment>>> all = new ArrayList<>();
    for (String[] digit : STYLES) {
      List<List<Segment>> styles = new ArrayList<>();
      for (String path : digit) {
        styles.add(parse(path));
      }
      all.add(List.copyOf(styles));
    }
    return List.copyOf(all);
  }

  private static List<Segment> parse(String path) {
    List<Segment> segments = new ArrayList<>();
    char command = 0;
    List<Double> numbers = new ArrayList<>();
    // A word that begins with a letter ends the segment before it.
    for (String word : (path + " .").split(" ", -1)) {
      char first = word.charAt(0);
      boolean number = Character.isDigit(first) || first == '-';
      if (!number && command != 0) {
        double[] points = numbers.stream().mapToDouble(Double::doubleValue).toArray();
        segments.add(new Segment(points, command == 'M', command == 'S', first == 'Z'));
        numbers.clear();
      }
      if (number) {
        numbers.add(Double.valueOf(word));
      } else {
        command = first == 'Z' ? 0 : first;
        if (word.length() > 1) {
          numbers.add(Double.valueOf(word.substring(1)));
        }
      }
    }
    return List.copyOf(segments);
  }
}
