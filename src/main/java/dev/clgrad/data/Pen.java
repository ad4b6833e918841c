package dev.clgrad.data;

import java.util.Arrays;
import java.util.List;

/**
 * Draws one digit on 28 by 28 pixels with everything that a hand varies: pen width, slant,
 * rotation, size, place, the place of each point, and noise.
 *
 * <p>Uses only operations that give the same bits on every machine: arithmetic, square roots and
 * {@code StrictMath}.
 */
final class Pen {
  /** Straight pieces between two points of a smooth curve. */
  private static final int PIECES = 6;

  /** Pixels per unit of the sheet: a digit is about 20 pixels high, as in MNIST. */
  private static final double PIXELS_PER_UNIT = 0.19;

  /** How far from its place a point of a stroke may lie, in units of the sheet. */
  private static final double JITTER = 5;

  private final double[] distance = new double[Digits.PIXELS];
  private final double[] knots = new double[64];
  private int count;

  private double xx;
  private double xy;
  private double yx;
  private double yy;
  private double originX;
  private double originY;
  private double waveX;
  private double waveY;
  private double waveSize;

  /**
   * Draws a digit.
   *
   * @param random where all variation comes from
   * @param image receives {@link Digits#PIXELS} bytes
   * @param offset where in it
   */
  void draw(int digit, SplitMix64 random, byte[] image, int offset) {
    List<List<Glyphs.Segment>> styles = Glyphs.styles(digit);
    List<Glyphs.Segment> strokes = styles.get(random.below(styles.size()));
    place(random);
    Arrays.fill(distance, Double.MAX_VALUE);
    double width = random.between(1.3, 3.4);
    for (Glyphs.Segment segment : strokes) {
      draw(segment, random, width / 2 + 1.5);
    }
    ink(random, width, image, offset);
  }

  private void place(SplitMix64 random) {
    double angle = random.between(-0.18, 0.18);
    double slant = random.between(-0.2, 0.4);
    double scaleX = PIXELS_PER_UNIT * random.between(0.75, 1.15);
    double scaleY = PIXELS_PER_UNIT * random.between(0.82, 1.15);
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    xx = cos * scaleX;
    xy = -(sin + cos * slant) * scaleY;
    yx = sin * scaleX;
    yy = (cos - sin * slant) * scaleY;
    originX = Digits.SIDE / 2.0 + random.between(-1.4, 1.4);
    originY = Digits.SIDE / 2.0 + random.between(-1.4, 1.4);
    waveX = random.between(0, 6.28);
    waveY = random.between(0, 6.28);
    waveSize = random.between(0, 4);
  }

  private void draw(Glyphs.Segment segment, SplitMix64 random, double reach) {
    if (segment.move) {
      count = 0;
    } else {
      // The curve goes on from the last point, wherever jitter has put it.
      knots[0] = knots[2 * count - 2];
      knots[1] = knots[2 * count - 1];
      count = 1;
    }
    for (int i = 0; i < segment.points.length; i += 2) {
      add(
          segment.points[i] + random.between(-JITTER, JITTER),
          segment.points[i + 1] + random.between(-JITTER, JITTER));
    }
    if (segment.move) {
      return;
    }
    if (segment.closed) {
      knots[2 * count] = knots[0];
      knots[2 * count + 1] = knots[1];
      count++;
    }
    for (int i = 0; i + 1 < count; i++) {
      if (segment.smooth) {
        curve(i, segment.closed, reach);
      } else {
        line(knots[2 * i], knots[2 * i + 1], knots[2 * i + 2], knots[2 * i + 3], reach);
      }
    }
  }

  /** Adds a point of the sheet, moved by a slow wave and then placed on the pixels. */
  private void add(double sheetX, double sheetY) {
    double x = sheetX - Glyphs.CENTER_X + waveSize * StrictMath.sin(sheetY * 0.05 + waveX);
    double y = sheetY - Glyphs.CENTER_Y + waveSize * StrictMath.sin(sheetX * 0.06 + waveY);
    knots[2 * count] = originX + xx * x + xy * y;
    knots[2 * count + 1] = originY + yx * x + yy * y;
    count++;
  }

  /** Draws the piece of a Catmull-Rom spline between the knots {@code i} and {@code i + 1}. */
  private void curve(int i, boolean closed, double reach) {
    int before = i > 0 ? i - 1 : closed ? count - 2 : 0;
    int after = i + 2 < count ? i + 2 : closed ? 1 : count - 1;
    double lastX = knots[2 * i];
    double lastY = knots[2 * i + 1];
    for (int piece = 1; piece <= PIECES; piece++) {
      double t = piece / (double) PIECES;
      double x = spline(knots[2 * before], knots[2 * i], knots[2 * i + 2], knots[2 * after], t);
      double y =
          spline(
              knots[2 * before + 1], knots[2 * i + 1], knots[2 * i + 3], knots[2 * after + 1], t);
      line(lastX, lastY, x, y, reach);
      lastX = x;
      lastY = y;
    }
  }

  private static double spline(double a, double b, double c, double d, double t) {
    double linear = c - a;
    double square = 2 * a - 5 * b + 4 * c - d;
    double cube = 3 * (b - c) + d - a;
    return b + 0.5 * t * (linear + t * (square + t * cube));
  }

  /** Lowers each near pixel's squared distance to that from its middle to this line. */
  private void line(double ax, double ay, double bx, double by, double reach) {
    int left = clamp(Math.min(ax, bx) - reach);
    int right = clamp(Math.max(ax, bx) + reach);
    int top = clamp(Math.min(ay, by) - reach);
    int bottom = clamp(Math.max(ay, by) + reach);
    double dx = bx - ax;
    double dy = by - ay;
    double square = dx * dx + dy * dy;
    for (int row = top; row <= bottom; row++) {
      for (int column = left; column <= right; column++) {
        double px = column + 0.5 - ax;
        double py = row + 0.5 - ay;
        double along = square == 0 ? 0 : (px * dx + py * dy) / square;
        double t = Math.min(1, Math.max(0, along));
        double qx = px - t * dx;
        double qy = py - t * dy;
        int pixel = row * Digits.SIDE + column;
        distance[pixel] = Math.min(distance[pixel], qx * qx + qy * qy);
      }
    }
  }

  private static int clamp(double position) {
    return (int) Math.min(Digits.SIDE - 1, Math.max(0, position));
  }

  /** Turns distances into ink with soft edges, uneven pressure and a few specks on the paper. */
  private void ink(SplitMix64 random, double width, byte[] image, int offset) {
    double softness = random.between(1.0, 1.8);
    double pressure = random.between(190, 265);
    double grain = random.between(4, 40);
    double specks = random.between(0, 90);
    for (int i = 0; i < Digits.PIXELS; i++) {
      double noise = random.normal();
      double value = Math.max(0, noise - 1.6) * specks;
      if (distance[i] < 100) {
        double cover = 0.5 + (width / 2 - Math.sqrt(distance[i])) / softness;
        double ink = Math.min(1, Math.max(0, cover));
        value = Math.max(value, ink * (pressure + grain * noise));
      }
      image[offset + i] = (byte) (int) Math.min(255, Math.max(0, value + 0.5));
    }
  }
}
