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

  /** Channels that are turned at a time: as many lines of memory as any cache holds. */
  private static final int TURNED = 8;

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
      return new Strip(
          first, Math.min(tall, lines - first), left, Math.min(across, wide - left));
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
  void input(
      Lanes lanes, Strip s, float[] x, int[] planes, int[] channels, float[] y, int to) {
    int count = channels[0];
    int width = channels[1];
    int phase = (s.across + 1) * width;
    int[] places = {0, phase, 2 * phase, 3 * phase, width, phase + width};
    Work work = Work.own();
    float[] line = work.array(LINE, EDGE * phase);
    int n = s.across * width;
    float[] half = work.array(HALF, SIDE * SIDE * n);
    int[] lines = new int[SIDE];
    for (int i = 0; i < SIDE; i++) {
      lines[i] = i * SIDE * n;
    }
    int plane = s.count() * width;
    for (int q = 0; q < s.lines; q++) {
      int image = (s.first + q) / tiles[0];
      int row = (s.first + q) % tiles[0];
      int begin = 0;
      if (q > 0 && row > 0) {
        System.arraycopy(half, lines[EDGE], half, 0, 2 * SIDE * n);
        begin = 2;
      }
      for (int i = begin; i < SIDE; i++) {
        int at = row * EDGE + i + low[0];
        if (at < 0 || at >= images[0]) {
          Arrays.fill(half, lines[i], lines[i] + SIDE * n, 0);
          continue;
        }
        int from = planes[0] + image * planes[1] + at * images[1];
        takeLine(x, from, count, s.left * EDGE + low[1], s.across + 1, width, line);
        lanes.winogradInput(line, 0, places, half, lines[i], n, n);
      }
      for (int b = 0; b < SIDE; b++) {
        lanes.winogradInput(half, b * n, lines, y, to + b * plane + q * n, SIDE * plane, n);
      }
    }
  }

  /** Transforms tiles of 4 × 4 of a result's gradient in the same way. */
  void gradient(
      Lanes lanes, Strip s, float[] x, int[] planes, int[] channels, float[] y, int to) {
    int count = channels[0];
    int width = channels[1];
    Work work = Work.own();
    int n = s.across * width;
    float[] line = work.array(LINE, EDGE * n);
    float[] half = work.array(HALF, EDGE * SIDE * n);
    int plane = s.count() * width;
    for (int q = 0; q < s.lines; q++) {
      int image = (s.first + q) / tiles[0];
      int row = (s.first + q) % tiles[0];
      for (int i = 0; i < EDGE; i++) {
        int at = row * EDGE + i;
        if (at >= images[0]) {
          Arrays.fill(half, i * SIDE * n, (i + 1) * SIDE * n, 0);
          continue;
        }
        int from = planes[0] + image * planes[1] + at * images[1];
        takeLine(x, from, count, s.left * EDGE, s.across, width, line);
        lanes.winogradGradient(line, 0, n, half, i * SIDE * n, n, n);
      }
      for (int b = 0; b < SIDE; b++) {
        lanes.winogradGradient(
            half, b * n, SIDE * n, y, to + b * plane + q * n, SIDE * plane, n);
      }
    }
  }

  /**
   * A line of an image, its channels side by side and its places modulo 4 apart: y[place % 4, place
   * / 4, channel].
   *
   * @param from where the line of the first channel begins
   * @param first the first place taken, outside the line perhaps
   * @param quarters how many places of each residue
   */
  private void takeLine(
      float[] x, int from, int count, int first, int quarters, int width, float[] y) {
    int size = images[1];
    for (int e = 0; e < EDGE; e++) {
      int at = first + e;
      int begin = at >= 0 ? 0 : Math.min(quarters, (-at + EDGE - 1) / EDGE);
      int end = Math.max(begin, Math.min(quarters, (size - at + EDGE - 1) / EDGE));
      int to = e * quarters * width;
      Arrays.fill(y, to, to + begin * width, 0);
      Arrays.fill(y, to + end * width, to + quarters * width, 0);
      int c = 0;
      for (; c <= count - TURNED; c += TURNED) {
        int line = from + c * volume() + at;
        turnIn(x, line + begin * EDGE, volume(), y, to + begin * width + c, width, end - begin);
      }
      for (; c < count; c++) {
        int line = from + c * volume() + at;
        for (int t = begin; t < end; t++) {
          y[to + t * width + c] = x[line + t * EDGE];
        }
      }
    }
  }

  private static void turnIn(
      float[] x, int at, int step, float[] y, int to, int width, int n) {
    int x1 = at + step;
    int x2 = at + 2 * step;
    int x3 = at + 3 * step;
    int x4 = at + 4 * step;
    int x5 = at + 5 * step;
    int x6 = at + 6 * step;
    int x7 = at + 7 * step;
    int k = to;
    for (int t = 0; t < n * EDGE; t += EDGE) {
      y[k] = x[at + t];
      y[k + 1] = x[x1 + t];
      y[k + 2] = x[x2 + t];
      y[k + 3] = x[x3 + t];
      y[k + 4] = x[x4 + t];
      y[k + 5] = x[x5 + t];
      y[k + 6] = x[x6 + t];
      y[k + 7] = x[x7 + t];
      k += width;
    }
  }

  /**
   * Transforms products back to results of 4 × 4 places and puts those inside the image there.
   *
   * @param x products [position, tile, channel]
   * @param planes where channel 0 of image 0 begins, and from an image to the next
   * @param channels of y, and of x in whole vectors
   */
  void output(
      Lanes lanes, Strip s, float[] x, int at, int[] planes, int[] channels, float[] y) {
    int count = channels[0];
    int width = channels[1];
    int n = s.count() * width;
    Work work = Work.own();
    // The transformed input is no longer needed.
    float[] half = work.array(TRANSFORMED, EDGE * SIDE * n);
    for (int b = 0; b < SIDE; b++) {
      lanes.winogradOutput(x, at + b * n, SIDE * n, half, b * n, SIDE * n, n);
    }
    float[] results = work.array(RESULTS, EDGE * EDGE * n);
    for (int i = 0; i < EDGE; i++) {
      lanes.winogradOutput(half, i * SIDE * n, n, results, i * EDGE * n, n, n);
    }
    for (int q = 0; q < s.lines; q++) {
      int image = (s.first + q) / tiles[0];
      int row = (s.first + q) % tiles[0];
      for (int i = 0; i < Math.min(EDGE, images[0] - row * EDGE); i++) {
        int to = planes[0] + image * planes[1] + (row * EDGE + i) * images[1];
        int from = i * EDGE * n + q * s.across * width;
        giveLine(results, from, n, width, count, s, y, to);
      }
    }
  }

  private void giveLine(
      float[] x, int from, int step, int width, int count, Strip s, float[] y, int to) {
    for (int j = 0; j < EDGE; j++) {
      int first = s.left * EDGE + j;
      int many = Math.min(s.across, (images[1] - first + EDGE - 1) / EDGE);
      int c = 0;
      for (; c <= count - TURNED; c += TURNED) {
        turnOut(x, from + j * step + c, width, y, to + c * volume() + first, volume(), many);
      }
      for (; c < count; c++) {
        int line = to + c * volume() + first;
        for (int t = 0; t < many; t++) {
          y[line + t * EDGE] = x[from + j * step + c + t * width];
        }
      }
    }
  }

  private static void turnOut(
      float[] x, int at, int width, float[] y, int to, int step, int n) {
    int y1 = to + step;
    int y2 = to + 2 * step;
    int y3 = to + 3 * step;
    int y4 = to + 4 * step;
    int y5 = to + 5 * step;
    int y6 = to + 6 * step;
    int y7 = to + 7 * step;
    int k = at;
    for (int t = 0; t < n * EDGE; t += EDGE) {
      y[to + t] = x[k];
      y[y1 + t] = x[k + 1];
      y[y2 + t] = x[k + 2];
      y[y3 + t] = x[k + 3];
      y[y4 + t] = x[k + 4];
      y[y5 + t] = x[k + 5];
      y[y6 + t] = x[k + 6];
      y[y7 + t] = x[k + 7];
      k += width;
    }
  }
}
