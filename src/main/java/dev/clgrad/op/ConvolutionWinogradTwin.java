package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;
import dev.clgrad.op.Patches.Matrix;

/**
 * The kernels of {@code convolution_winograd.cl} in Java: transforms are linear combinations of
 * long ranges. A range goes on over the end of a line of tiles; the tile there is one that nobody
 * asks for.
 */
final class ConvolutionWinogradTwin {
  private static final int EDGE = ConvolutionWinograd.EDGE;
  private static final int SIDE = EDGE + 2;
  private static final int POSITIONS = ConvolutionWinograd.POSITIONS;

  /** Tiles that one thread works on at a time, about. */
  private static final int TILES = 64;

  /** Channels it works on at a time, whose products are added before they join the others. */
  private static final int CHUNK = 64;

  private static final double P = 0.75;
  private static final double Q = 1.5;
  private static final double F1 = 1 / (2 * P * P * (P * P - Q * Q));
  private static final double F2 = 1 / (2 * Q * Q * (Q * Q - P * P));

  static final double[][] WEIGHTS = {
    {1 / (P * P * Q * Q), 0, 0},
    {F1, P * F1, P * P * F1},
    {F1, -P * F1, P * P * F1},
    {F2, Q * F2, Q * Q * F2},
    {F2, -Q * F2, Q * Q * F2},
    {0, 0, 1}
  };

  private static final double[][] INPUT = {
    {P * P * Q * Q, 0, -P * P - Q * Q, 0, 1, 0},
    {0, -P * Q * Q, -Q * Q, P, 1, 0},
    {0, P * Q * Q, -Q * Q, -P, 1, 0},
    {0, -Q * P * P, -P * P, Q, 1, 0},
    {0, Q * P * P, -P * P, -Q, 1, 0},
    {0, P * P * Q * Q, 0, -P * P - Q * Q, 0, 1}
  };

  private static final double[][] OUTPUT = {
    {1, 1, 1, 1, 1, 0},
    {0, P, -P, Q, -Q, 0},
    {0, P * P, P * P, Q * Q, Q * Q, 0},
    {0, P * P * P, -P * P * P, Q * Q * Q, -Q * Q * Q, 1}
  };

  private ConvolutionWinogradTwin() {}

  /** The parameters that the kernels have in common. */
  record Problem(
      int batches,
      int groups,
      int rows,
      int channels,
      int weightRow,
      int weightChannel,
      int[] in,
      int[] out,
      int[] low,
      boolean turned) {
    static final int PARAMETERS = 13;

    static Problem read(TwinCall call, int at) {
      int[] n = new int[PARAMETERS];
      for (int i = 0; i < PARAMETERS; i++) {
        n[i] = (int) call.integer(at + i);
      }
      return new Problem(
          n[0],
          n[1],
          n[2],
          n[3],
          n[4],
          n[5],
          new int[] {n[6], n[9]},
          new int[] {n[7], n[10]},
          new int[] {n[8], n[11]},
          n[12] != 0);
    }

    int tiles(int d) {
      return (out[d] + EDGE - 1) / EDGE;
    }

    /** Elements of a line of tiles as {@link #phases} leaves it. */
    int wide() {
      return tiles(1) + 1;
    }

    int plane() {
      return (tiles(0) + 1) * wide();
    }
  }

  /** A line of a matrix without its zeros: what {@code combine} takes. */
  record Line(Object factors, int[] places) {
    static Line of(double[] line, Object like) {
      int count = 0;
      for (double factor : line) {
        count += factor != 0 ? 1 : 0;
      }
      Object factors = Patches.like(like, count);
      int[] places = new int[count];
      int k = 0;
      for (int i = 0; i < line.length; i++) {
        if (line[i] == 0) {
          continue;
        }
        places[k] = i;
        if (factors instanceof float[] floats) {
          floats[k] = (float) line[i];
        } else {
          ((double[]) factors)[k] = line[i];
        }
        k++;
      }
      return new Line(factors, places);
    }

    static Line[] of(double[][] matrix, Object like) {
      Line[] lines = new Line[matrix.length];
      for (int i = 0; i < lines.length; i++) {
        lines[i] = of(matrix[i], like);
      }
      return lines;
    }

    /** y = Σ factors[k] x[at + place[k] step + …]. */
    void apply(TwinCall call, Object x, int at, int step, Object y, int to, int n) {
      int[] offsets = new int[places.length];
      for (int k = 0; k < offsets.length; k++) {
        offsets[k] = places[k] * step;
      }
      Patches.combine(call.lanes(), x, at, offsets, factors, y, to, n);
    }
  }

  static void weights(TwinCall call) {
    Problem p = Problem.read(call, 2);
    int high = (int) call.integer(2 + Problem.PARAMETERS);
    int panels = (p.rows + high - 1) / high;
    Line[] lines = Line.of(WEIGHTS, call.array(1));
    // A panel: its taps, then (c, t).
    call.parallel(
        (long) p.groups * panels,
        1,
        (begin, end) -> {
          int n = p.channels * high;
          Object taps = Patches.like(call.array(1), 9 * n);
          Object half = Patches.like(call.array(1), 3 * SIDE * n);
          for (int panel = (int) begin; panel < end; panel++) {
            int group = panel / panels;
            int first = panel % panels * high;
            for (int t = 0; t < Math.min(high, p.rows - first); t++) {
              for (int c = 0; c < p.channels; c++) {
                int from =
                    call.offset(0)
                        + group * p.rows * p.channels * 9
                        + (first + t) * p.weightRow
                        + c * p.weightChannel;
                for (int k = 0; k < 9; k++) {
                  int to = (p.turned ? 8 - k : k) * n + c * high + t;
                  ConvolutionTwin.put(taps, to, call.array(0), from + k);
                }
              }
            }
            for (int i = 0; i < 3; i++) {
              for (int b = 0; b < SIDE; b++) {
                lines[b].apply(call, taps, 3 * i * n, n, half, (i * SIDE + b) * n, n);
              }
            }
            for (int a = 0; a < SIDE; a++) {
              for (int b = 0; b < SIDE; b++) {
                int position = (group * POSITIONS + a * SIDE + b) * panels + panel % panels;
                int to = call.offset(1) + position * n;
                lines[a].apply(call, half, b * n, SIDE * n, call.array(1), to, n);
              }
            }
            if (first + high > p.rows) {
              taps = Patches.like(taps, 9 * n);
            }
          }
        });
  }

  static void phases(TwinCall call) {
    Problem p = Problem.read(call, 2);
    int high = p.tiles(0) + 1;
    int wide = p.wide();
    call.parallel(
        (long) p.batches * p.groups * p.channels,
        8,
        (begin, end) -> {
          for (int image = (int) begin; image < end; image++) {
            int to = call.offset(1) + image * EDGE * EDGE * p.plane();
            for (int e = 0; e < EDGE * EDGE; e++) {
              for (int q = 0; q < high; q++) {
                int s1 = EDGE * q + e / EDGE + p.low[0];
                int size = s1 >= 0 && s1 < p.in[0] ? p.in[1] : 0;
                int line = call.offset(0) + (image * p.in[0] + s1) * p.in[1];
                int s2 = e % EDGE + p.low[1];
                Patches.copy(call.array(0), line, s2, size, EDGE, call.array(1), to, wide);
                to += wide;
              }
            }
          }
        });
  }

  /**
   * The product.
   *
   * @param high the rows of a panel of weights
   */
  static void product(TwinCall call, int high) {
    Problem p = Problem.read(call, 3);
    int tall = Math.max(1, Math.min(p.tiles(0), TILES / p.wide()));
    int strips = (p.tiles(0) + tall - 1) / tall;
    int each = Math.max(1, Math.min(p.batches, TILES / (tall * p.wide())));
    int blocks = (p.batches + each - 1) / each;
    Transforms transforms =
        new Transforms(
            call, p, high, Line.of(INPUT, call.array(2)), Line.of(OUTPUT, call.array(2)));
    call.parallel(
        (long) blocks * p.groups * strips,
        1,
        (begin, end) -> {
          int n = each * tall * p.wide();
          int chunk = Math.min(CHUNK, p.channels);
          Object inputs = Patches.like(call.array(2), POSITIONS * chunk * n);
          int largest = Math.max(chunk * POSITIONS, p.rows * SIDE * EDGE);
          Object half = Patches.like(call.array(2), largest * n);
          Object sums = Patches.like(call.array(2), POSITIONS * p.rows * n);
          for (int task = (int) begin; task < end; task++) {
            int line = task % strips * tall;
            int image = task / strips / p.groups * each;
            Strip strip =
                new Strip(
                    task / strips % p.groups,
                    image,
                    Math.min(each, p.batches - image),
                    line,
                    Math.min(tall, p.tiles(0) - line));
            transforms.strip(strip, new Object[] {inputs, half, sums});
          }
        });
  }

  /** Some lines of tiles of some images of a group. */
  private record Strip(int group, int firstImage, int images, int firstLine, int lines) {
    /** Tiles of an image, with those over the ends of lines. */
    int span(Problem p) {
      return (lines - 1) * p.wide() + p.tiles(1);
    }
  }

  private record Transforms(TwinCall call, Problem p, int high, Line[] input, Line[] output) {
    void strip(Strip s, Object[] scratch) {
      int n = s.images * s.span(p);
      int panels = (p.rows + high - 1) / high;
      for (int first = 0; first < p.channels; first += CHUNK) {
        int count = Math.min(CHUNK, p.channels - first);
        takeInputs(s, first, count, scratch);
        for (int position = 0; position < POSITIONS; position++) {
          int at = (s.group * POSITIONS + position) * panels;
          Matrix b = new Matrix(scratch[0], position * count * n, n, 1);
          for (int panel = 0; panel < panels; panel++) {
            int from = call.offset(1) + ((at + panel) * p.channels + first) * high;
            Matrix a = new Matrix(call.array(1), from, 1, high);
            Matrix c = new Matrix(scratch[2], (position * p.rows + panel * high) * n, n, 1);
            int rows = Math.min(high, p.rows - panel * high);
            Patches.multiply(call.lanes(), rows, n, count, a, b, c, first > 0);
          }
        }
      }
      giveOutputs(s, n, scratch);
    }

    /** The transformed inputs [position, c, image, tile]; the lines, then the columns. */
    private void takeInputs(Strip s, int first, int count, Object[] scratch) {
      int span = s.span(p);
      int many = count * s.images * span;
      for (int i = 0; i < SIDE; i++) {
        int[] places = new int[SIDE];
        for (int j = 0; j < SIDE; j++) {
          places[j] =
              (i % EDGE * EDGE + j % EDGE) * p.plane()
                  + (s.firstLine + i / EDGE) * p.wide()
                  + j / EDGE;
        }
        for (int b = 0; b < SIDE; b++) {
          int[] offsets = new int[input[b].places.length];
          for (int k = 0; k < offsets.length; k++) {
            offsets[k] = places[input[b].places[k]];
          }
          int to = (i * SIDE + b) * many;
          for (int c = first; c < first + count; c++) {
            for (int image = s.firstImage; image < s.firstImage + s.images; image++) {
              int from = ((image * p.groups + s.group) * p.channels + c) * EDGE * EDGE * p.plane();
              int x = call.offset(0) + from;
              Object factors = input[b].factors;
              Patches.combine(
                  call.lanes(), call.array(0), x, offsets, factors, scratch[1], to, span);
              to += span;
            }
          }
        }
      }
      for (int a = 0; a < SIDE; a++) {
        for (int b = 0; b < SIDE; b++) {
          int to = (a * SIDE + b) * many;
          input[a].apply(call, scratch[1], b * many, SIDE * many, scratch[0], to, many);
        }
      }
    }

    private void giveOutputs(Strip s, int n, Object[] scratch) {
      int many = p.rows * n;
      for (int i = 0; i < EDGE; i++) {
        for (int b = 0; b < SIDE; b++) {
          int to = (i * SIDE + b) * many;
          output[i].apply(call, scratch[2], b * many, SIDE * many, scratch[1], to, many);
        }
      }
      for (int i = 0; i < EDGE; i++) {
        for (int j = 0; j < EDGE; j++) {
          // The sums are no longer needed.
          int to = (i * EDGE + j) * many;
          output[j].apply(call, scratch[1], i * SIDE * many, many, scratch[2], to, many);
        }
      }
      for (int r = 0; r < p.rows; r++) {
        for (int t = 0; t < s.images; t++) {
          int image = (s.firstImage + t) * p.groups + s.group;
          int plane = call.offset(2) + (image * p.rows + r) * p.out[0] * p.out[1];
          int begin = s.firstLine * EDGE;
          int end = Math.min(begin + s.lines * EDGE, p.out[0]);
          for (int q = begin; q < end; q++) {
            int tile = r * n + t * s.span(p) + (q - begin) / EDGE * p.wide();
            int from = q % EDGE * EDGE * many + tile;
            writeLine(scratch[2], from, many, call.array(2), plane + q * p.out[1]);
          }
        }
      }
    }

    /** A line of results: EDGE arrays of tiles' columns, one place of each after the other. */
    private void writeLine(Object from, int at, int step, Object y, int to) {
      int tiles = p.tiles(1);
      int size = p.out[1];
      for (int j = 0; j < EDGE; j++) {
        int whole = Math.min(tiles, (size - j + EDGE - 1) / EDGE);
        if (y instanceof float[] out) {
          float[] in = (float[]) from;
          for (int t = 0; t < whole; t++) {
            out[to + t * EDGE + j] = in[at + j * step + t];
          }
        } else {
          double[] in = (double[]) from;
          double[] out = (double[]) y;
          for (int t = 0; t < whole; t++) {
            out[to + t * EDGE + j] = in[at + j * step + t];
          }
        }
      }
    }
  }
}
