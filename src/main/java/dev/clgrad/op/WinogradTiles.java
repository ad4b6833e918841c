package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import java.util.Arrays;

/**
 * Tiles of images between the layout of tensors and that of Winograd's products, where channels lie
 * side by side: position, tile, channel. Transforms are then whole vectors, whatever the image's
 * size.
 *
 * @param images the size of images, in lines and places
 * @param low where the first tile begins, in lines and places
 * @param tiles of an image, in both directions
 */
record WinogradTiles(int[] images, int[] low, int[] tiles) {
  static final int EDGE = ConvolutionWinograd.EDGE;
  static final int SIDE = EDGE + 2;
  static final int POSITIONS = ConvolutionWinograd.POSITIONS;

  /** Channels that are worked on at a time: their products are added before they join others. */
  static final int BLOCK = 64;

  /** Channels in a block are a multiple of this, with some that nobody reads at the end. */
  private static final int LANES = 16;

  /** Tiles that are worked on at a time, at most: so many stay in a core's cache. */
  private static final int MOST = 32;

  /** How many blocks so many channels have. */
  static int blocks(int channels) {
    return (channels + BLOCK - 1) / BLOCK;
  }

  /** So many channels in whole vectors. */
  static int padded(int channels) {
    return (channels + LANES - 1) / LANES * LANES;
  }

  /** The width of a block. */
  static int width(int channels, int block) {
    return Math.min(BLOCK, padded(channels - block * BLOCK));
  }

  /** How many channels a block has. */
  static int count(int channels, int block) {
    return Math.min(BLOCK, channels - block * BLOCK);
  }

  /**
   * Some tiles that are worked on together.
   *
   * @param first the first line of tiles, counted through all images
   * @param lines of tiles
   * @param left the first tile in each line
   * @param across tiles in each line
   */
  record Strip(int first, int lines, int left, int across) {
    int count() {
      return lines * across;
    }
  }

  /** All tiles of some images, cut into strips. */
  record Strips(int lines, int tall, int wide, int across) {
    static Strips of(int batches, int[] tiles) {
      int pieces = Math.max(1, (tiles[1] + MOST - 1) / MOST);
      int across = (tiles[1] + pieces - 1) / pieces;
      int most = Math.max(1, MOST / Math.max(1, across));
      int tall = most;
      // The product takes eight or four tiles at a time.
      for (int lines = most; lines > most / 2; lines--) {
        if (lines * across % 4 == 0) {
          tall = lines;
          break;
        }
      }
      return new Strips(batches * tiles[0], tall, tiles[1], across);
    }

    int count() {
      return (lines + tall - 1) / tall * ((wide + across - 1) / across);
    }

    Strip get(int number) {
      int pieces = (wide + across - 1) / across;
      int first = number / pieces * tall;
      int left = number % pieces * across;
      return new Strip(first, Math.min(tall, lines - first), left, Math.min(across, wide - left));
    }

    /** Tiles of a strip at most. */
    int most() {
      return tall * across;
    }
  }

  /** A thread's own memory. */
  static final class Work {
    /** More elements than this are not kept. */
    private static final int KEPT = 1 << 20;

    private static final ThreadLocal<Work> OWN = ThreadLocal.withInitial(Work::new);

    private final float[][] arrays = new float[5][];

    static Work own() {
      return OWN.get();
    }

    /** One of its arrays, of this length at least, with anything in it. */
    float[] array(int number, int length) {
      float[] array = arrays[number];
      if (array == null || array.length < length) {
        array = new float[length];
        if (length <= KEPT) {
          arrays[number] = array;
        }
      }
      return array;
    }
  }

  // The arrays of Work by number.
  static final int TRANSFORMED = 0;
  static final int PRODUCTS = 1;
  static final int RESULTS = 2;
  private static final int LINE = 3;
  private static final int HALF = 4;

  private int volume() {
    return images[0] * images[1];
  }

  /**
   * Transforms tiles of 6 × 6 of an input: y[position, tile, channel].
   *
   * @param planes where channel 0 of image 0 begins, and from an image to the next
   * @param channels of x, and of y in whole vectors
   */
  void input(Lanes lanes, Strip s, float[] x, int[] planes, int[] channels, float[] y, int to) {
    Turned turned =
        Turned.of(
            this, s.left * EDGE + low[1], s.across + 1, s.across + 1, channels[0], channels[1]);
    int width = channels[1];
    int phase = turned.residue();
    int[] places = {0, phase, 2 * phase, 3 * phase, width, phase + width};
    float[] lines = turned.empty(SIDE);
    int n = s.across * width;
    float[] half = Work.own().array(HALF, SIDE * SIDE * n);
    int[] halves = new int[SIDE];
    for (int i = 0; i < SIDE; i++) {
      halves[i] = i * SIDE * n;
    }
    int plane = s.count() * width;
    for (int q = 0; q < s.lines; q++) {
      int image = (s.first + q) / tiles[0];
      int row = (s.first + q) % tiles[0];
      int begin = 0;
      if (q > 0 && row > 0) {
        System.arraycopy(half, halves[EDGE], half, 0, 2 * SIDE * n);
        begin = 2;
      }
      int top = row * EDGE + low[0];
      int first = Math.max(begin, Math.min(SIDE, -top));
      int end = Math.max(first, Math.min(SIDE, images[0] - top));
      Arrays.fill(half, halves[begin], first * SIDE * n, 0);
      Arrays.fill(half, end * SIDE * n, SIDE * SIDE * n, 0);
      turned.take(lanes, x, planes[0] + image * planes[1] + top * images[1], first, end, lines);
      int line = turned.line();
      int at = first * line;
      lanes.winogradInput(
          lines, at, places, line, half, first * SIDE * n, n, SIDE * n, n, end - first);
      lanes.winogradInput(half, 0, halves, n, y, to + q * n, SIDE * plane, plane, n, SIDE);
    }
  }

  /** Transforms tiles of 4 × 4 of a result's gradient in the same way. */
  void gradient(Lanes lanes, Strip s, float[] x, int[] planes, int[] channels, float[] y, int to) {
    Turned turned = Turned.of(this, s.left * EDGE, s.across, s.across, channels[0], channels[1]);
    float[] lines = turned.empty(EDGE);
    int width = channels[1];
    int n = s.across * width;
    float[] half = Work.own().array(HALF, EDGE * SIDE * n);
    int plane = s.count() * width;
    for (int q = 0; q < s.lines; q++) {
      int image = (s.first + q) / tiles[0];
      int top = (s.first + q) % tiles[0] * EDGE;
      int end = Math.min(EDGE, images[0] - top);
      Arrays.fill(half, end * SIDE * n, EDGE * SIDE * n, 0);
      turned.take(lanes, x, planes[0] + image * planes[1] + top * images[1], 0, end, lines);
      lanes.winogradGradient(lines, 0, n, turned.line(), half, 0, n, SIDE * n, n, end);
      lanes.winogradGradient(half, 0, SIDE * n, n, y, to + q * n, SIDE * plane, plane, n, SIDE);
    }
  }

  /**
   * Transforms products back to results of 4 × 4 places and puts those inside the image there.
   *
   * @param x products [position, tile, channel]
   * @param planes where channel 0 of image 0 begins, and from an image to the next
   * @param channels of y, and of x in whole vectors
   */
  void output(Lanes lanes, Strip s, float[] x, int at, int[] planes, int[] channels, float[] y) {
    int width = channels[1];
    int n = s.count() * width;
    Work work = Work.own();
    // The transformed input is no longer needed.
    float[] half = work.array(TRANSFORMED, EDGE * SIDE * n);
    lanes.winogradOutput(x, at, SIDE * n, 0, half, 0, SIDE * n, 0, SIDE * n, 1);
    float[] results = work.array(RESULTS, EDGE * EDGE * n);
    lanes.winogradOutput(half, 0, n, SIDE * n, results, 0, n, EDGE * n, n, EDGE);
    Turned turned = Turned.of(this, s.left * EDGE, s.across, s.count(), channels[0], width);
    for (int q = 0; q < s.lines; q++) {
      int image = (s.first + q) / tiles[0];
      int top = (s.first + q) % tiles[0] * EDGE;
      int to = planes[0] + image * planes[1] + top * images[1];
      int count = Math.min(EDGE, images[0] - top);
      turned.give(lanes, results, q * s.across * width, count, y, to);
    }
  }

  /**
   * Lines of an image with its channels side by side and its places modulo 4 apart: [line, place %
   * 4, place / 4, channel].
   *
   * @param first the place of a line of the image that becomes place 0
   * @param begin the first place of those of the image that are asked for
   * @param end behind the last one
   * @param residue elements of all places of a residue
   * @param channels where they begin in the image
   * @param places where those of {@link #EDGE} + 2 lines go, as far as they are asked for
   */
  private record Turned(
      WinogradTiles of,
      int first,
      int begin,
      int end,
      int width,
      int residue,
      int[] channels,
      int[] places) {

    /**
     * Of {@code across} places of each residue.
     *
     * @param quarters for how many there is room
     */
    static Turned of(WinogradTiles of, int first, int across, int quarters, int count, int width) {
      int begin = Math.max(0, first);
      int end = Math.max(begin, Math.min(of.images[1], first + EDGE * across));
      int[] channels = new int[count];
      for (int c = 0; c < count; c++) {
        channels[c] = c * of.volume();
      }
      int residue = quarters * width;
      int[] places = new int[SIDE * (end - begin)];
      for (int i = 0; i < places.length; i++) {
        int t = i % (end - begin) + begin - first;
        int line = i / (end - begin);
        places[i] = (line * EDGE + t % EDGE) * residue + t / EDGE * width;
      }
      return new Turned(of, first, begin, end, width, residue, channels, places);
    }

    /** Elements of a line. */
    int line() {
      return EDGE * residue;
    }

    /** Memory for some lines, with zeros where no place of the image goes. */
    float[] empty(int count) {
      float[] lines = Work.own().array(LINE, count * line());
      for (int i = 0; i < count * EDGE; i++) {
        int at = i % EDGE;
        int before = Math.max(0, (begin - first - at + EDGE - 1) / EDGE) * width;
        int behind = Math.max(0, (end - first - at + EDGE - 1) / EDGE) * width;
        Arrays.fill(lines, i * residue, i * residue + Math.min(before, residue), 0);
        Arrays.fill(lines, i * residue + Math.min(behind, residue), (i + 1) * residue, 0);
      }
      return lines;
    }

    /** Whether lines of the image go on where those before them end. */
    private boolean isWhole() {
      return begin == 0 && end == of.images[1];
    }

    /**
     * Some lines of an image.
     *
     * @param from where line 0 of channel 0 begins, perhaps outside the image
     */
    void take(Lanes lanes, float[] x, int from, int firstLine, int endLine, float[] y) {
      int across = end - begin;
      int together = isWhole() ? endLine - firstLine : 1;
      for (int i = firstLine; i < endLine && across > 0; i += together) {
        int at = from + i * of.images[1] + begin;
        if (Math.min(channels.length, together * across) >= LANES) {
          int[] to = Arrays.copyOf(places, together * across);
          lanes.transpose(x, at, channels, y, i * line(), to);
        } else {
          for (int k = 0; k < together * across; k++) {
            int to = i * line() + places[k];
            for (int c = 0; c < channels.length; c++) {
              y[to + c] = x[at + k + channels[c]];
            }
          }
        }
      }
    }

    /** Some lines back, from {@code at} on to where they begin in channel 0 of an image. */
    void give(Lanes lanes, float[] x, int at, int count, float[] y, int to) {
      int across = end - begin;
      int together = isWhole() ? count : 1;
      for (int i = 0; i < count; i += together) {
        int line = to + i * of.images[1] + begin;
        if (Math.min(channels.length, together * across) >= LANES) {
          int[] from = Arrays.copyOf(places, together * across);
          lanes.transpose(x, at + i * line(), from, y, line, channels);
        } else {
          for (int k = 0; k < together * across; k++) {
            int place = at + i * line() + places[k];
            for (int c = 0; c < channels.length; c++) {
              y[line + k + channels[c]] = x[place + c];
            }
          }
        }
      }
    }
  }
}
