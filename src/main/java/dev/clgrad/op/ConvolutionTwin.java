package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;
import dev.clgrad.op.Patches.Matrix;
import java.util.Arrays;

/** The kernels of {@code convolution.cl} in Java. */
final class ConvolutionTwin {
  /** Elements of the patches that one thread packs at a time; they stay in its cache. */
  private static final int PATCHES = 64 * 1024;

  private static final int MOST_COLUMNS = 1024;
  private static final int LEAST_COLUMNS = 32;

  private ConvolutionTwin() {}

  /** The parameters that product kernels have in common. */
  record Problem(
      int batches,
      int groups,
      int rows,
      int channels,
      int weightRow,
      int weightChannel,
      Window[] windows) {
    /** How many parameters there are. */
    static final int PARAMETERS = 6 + 3 * Window.PARAMETERS;

    static Problem read(TwinCall call, int at) {
      Window[] windows = new Window[3];
      for (int d = 0; d < 3; d++) {
        windows[d] = Window.read(call, at + 6 + d * Window.PARAMETERS);
      }
      return new Problem(
          (int) call.integer(at),
          (int) call.integer(at + 1),
          (int) call.integer(at + 2),
          (int) call.integer(at + 3),
          (int) call.integer(at + 4),
          (int) call.integer(at + 5),
          windows);
    }

    /** Whether the image is the matrix of its patches. */
    boolean isPointwise() {
      return Arrays.stream(windows).allMatch(Window::isPointwise);
    }

    int phases() {
      return (int) (windows[0].div() * windows[1].div() * windows[2].div());
    }

    int places() {
      return (int) (windows[0].places() * windows[1].places() * windows[2].places());
    }

    int allTaps() {
      return (int) (windows[0].taps() * windows[1].taps() * windows[2].taps());
    }

    long phase(int z, int d) {
      long f = z % phases();
      return switch (d) {
        case 0 -> f / (windows[1].div() * windows[2].div());
        case 1 -> f / windows[2].div() % windows[1].div();
        default -> f % windows[2].div();
      };
    }

    Window.Taps[] taps(int z) {
      Window.Taps[] taps = new Window.Taps[3];
      for (int d = 0; d < 3; d++) {
        taps[d] = windows[d].taps(phase(z, d));
      }
      return taps;
    }

    int inner(Window.Taps[] taps) {
      return channels * taps[0].count() * taps[1].count() * taps[2].count();
    }

    /** Where the weight of a row and an inner index of group and phase z lies. */
    int weightAt(int z, Window.Taps[] taps, int row, int l) {
      int m2 = l % taps[2].count();
      int m1 = l / taps[2].count() % taps[1].count();
      int m0 = l / (taps[2].count() * taps[1].count()) % taps[0].count();
      int channel = l / (taps[2].count() * taps[1].count() * taps[0].count());
      long k0 = taps[0].first() + m0 * windows[0].every();
      long k1 = taps[1].first() + m1 * windows[1].every();
      long k2 = taps[2].first() + m2 * windows[2].every();
      int k = (int) ((k0 * windows[1].taps() + k1) * windows[2].taps() + k2);
      return z / phases() * rows * channels * allTaps()
          + row * weightRow
          + channel * weightChannel
          + k;
    }
  }

  /** The product with the weights as they are. */
  static void product(TwinCall call) {
    Problem p = Problem.read(call, 3);
    Matrix[] weights = new Matrix[p.groups * p.phases()];
    Object w = call.array(1);
    for (int z = 0; z < weights.length; z++) {
      Window.Taps[] taps = p.taps(z);
      int inner = p.inner(taps);
      if (p.phases() == 1 && p.weightChannel == p.allTaps()) {
        weights[z] = new Matrix(w, call.offset(1) + z * p.rows * inner, p.weightRow, 1);
        continue;
      }
      Object dense = Patches.like(w, p.rows * inner);
      for (int r = 0; r < p.rows; r++) {
        for (int l = 0; l < inner; l++) {
          put(dense, r * inner + l, w, call.offset(1) + p.weightAt(z, taps, r, l));
        }
      }
      weights[z] = new Matrix(dense, 0, inner, 1);
    }
    run(call, p, weights);
  }

  /** The product with the weights in panels of {@code high} rows. */
  static void panels(TwinCall call, int high) {
    Problem p = Problem.read(call, 3);
    int most = (int) call.integer(3 + Problem.PARAMETERS);
    int panels = (p.rows + high - 1) / high;
    Object w = call.array(1);
    Matrix[] weights = new Matrix[p.groups * p.phases()];
    for (int z = 0; z < weights.length; z++) {
      int inner = p.inner(p.taps(z));
      Object dense = Patches.like(w, p.rows * inner);
      for (int r = 0; r < p.rows; r++) {
        int panel = z * panels + r / high;
        for (int l = 0; l < inner; l++) {
          int at = (panel * most + l) * high + r % high;
          put(dense, r * inner + l, w, call.offset(1) + at);
        }
      }
      weights[z] = new Matrix(dense, 0, inner, 1);
    }
    run(call, p, weights);
  }

  static void put(Object to, int at, Object from, int index) {
    if (to instanceof float[] floats) {
      floats[at] = ((float[]) from)[index];
    } else {
      ((double[]) to)[at] = ((double[]) from)[index];
    }
  }

  /** Strips of places for all cores; the bits do not depend on the strips. */
  private static void run(TwinCall call, Problem p, Matrix[] weights) {
    int places = p.places();
    int inner = Math.max(1, p.channels * p.allTaps() / Math.max(1, p.phases()));
    int wide = Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, PATCHES / inner));
    int strips = Math.max(1, (places + wide - 1) / wide);
    int each = (places + strips - 1) / strips;
    // Whole tiles of the product.
    int most = strips == 1 ? each : (each + LEAST_COLUMNS - 1) / LEAST_COLUMNS * LEAST_COLUMNS;
    long cost = (long) p.rows * inner * most;
    call.parallel(
        (long) p.batches * weights.length * strips,
        Math.max(1, 65536 / Math.max(cost, 1)),
        (begin, end) -> {
          Object patches = Patches.like(call.array(2), 0);
          int size = 0;
          for (long task = begin; task < end; task++) {
            int z = (int) (task / strips % weights.length);
            int n = (int) (task / strips / weights.length);
            Window.Taps[] taps = p.taps(z);
            int needed = p.isPointwise() ? 0 : p.inner(taps) * most;
            if (needed > size) {
              patches = Patches.like(patches, needed);
              size = needed;
            }
            int first = (int) (task % strips) * most;
            int count = Math.min(most, places - first);
            if (count > 0) {
              strip(call, p, weights[z], taps, new int[] {n, z, first, count}, patches);
            }
          }
        });
  }

  /**
   * One strip.
   *
   * @param of the number in the batch, of group and phase, of the first place, and how many places
   */
  private static void strip(
      TwinCall call, Problem p, Matrix weights, Window.Taps[] taps, int[] of, Object patches) {
    int n = of[0];
    int z = of[1];
    int first = of[2];
    int cols = of[3];
    Window[] w = p.windows;
    int inner = p.inner(taps);
    int image = n * p.groups + z / p.phases();
    int volume = (int) (w[0].in() * w[1].in() * w[2].in());
    int x = call.offset(0) + image * p.channels * volume;
    Matrix b = new Matrix(patches, 0, cols, 1);
    if (p.isPointwise()) {
      b = new Matrix(call.array(0), x + first, volume, 1);
    } else {
      Patches.pack(call.array(0), x, p.channels, w, taps, first, cols, patches);
    }
    int out = (int) (w[0].out() * w[1].out() * w[2].out());
    int y = call.offset(2) + image * p.rows * out;
    if (p.phases() == 1) {
      Matrix c = new Matrix(call.array(2), y + first, out, 1);
      Patches.multiply(call.lanes(), p.rows, cols, inner, weights, b, c, false);
      return;
    }
    Object sums = Patches.like(patches, p.rows * cols);
    Matrix c = new Matrix(sums, 0, cols, 1);
    Patches.multiply(call.lanes(), p.rows, cols, inner, weights, b, c, false);
    int places2 = (int) w[2].places();
    int places1 = (int) w[1].places();
    for (int t = 0; t < cols; t++) {
      int j = first + t;
      long q2 = j % places2 * w[2].div() + p.phase(z, 2);
      long q1 = j / places2 % places1 * w[1].div() + p.phase(z, 1);
      long q0 = j / (places2 * places1) * w[0].div() + p.phase(z, 0);
      if (q0 < w[0].out() && q1 < w[1].out() && q2 < w[2].out()) {
        int at = y + (int) ((q0 * w[1].out() + q1) * w[2].out() + q2);
        for (int r = 0; r < p.rows; r++) {
          put(call.array(2), at + r * out, sums, r * cols + t);
        }
      }
    }
  }

  static void pad(TwinCall call) {
    int size0 = (int) call.integer(6);
    int size1 = (int) call.integer(7);
    int size2 = (int) call.integer(8);
    int in0 = (int) call.integer(3);
    int in1 = (int) call.integer(4);
    int in2 = (int) call.integer(5);
    int images = (int) call.integer(2);
    long numel = (long) images * size0 * size1 * size2;
    Object zero = Patches.like(call.array(1), 1);
    call.parallel(
        numel + call.integer(12),
        8192,
        (begin, end) -> {
          for (long item = begin; item < end; item++) {
            long p2 = item % size2 + call.integer(11);
            long p1 = item / size2 % size1 + call.integer(10);
            long p0 = item / ((long) size2 * size1) % size0 + call.integer(9);
            boolean inside =
                item < numel && p0 >= 0 && p0 < in0 && p1 >= 0 && p1 < in1 && p2 >= 0 && p2 < in2;
            long image = item / ((long) size2 * size1 * size0);
            int at = call.offset(0) + (int) (((image * in0 + p0) * in1 + p1) * in2 + p2);
            int to = call.offset(1) + (int) item;
            put(call.array(1), to, inside ? call.array(0) : zero, inside ? at : 0);
          }
        });
  }

  static void pack(TwinCall call, int high) {
    Problem p = Problem.read(call, 2);
    int most = (int) call.integer(2 + Problem.PARAMETERS);
    int panels = (p.rows + high - 1) / high;
    Object zero = Patches.like(call.array(1), 1);
    call.parallel(
        (long) p.groups * p.phases() * panels,
        1,
        (begin, end) -> {
          for (int panel = (int) begin; panel < end; panel++) {
            int z = panel / panels;
            Window.Taps[] taps = p.taps(z);
            int inner = p.inner(taps);
            for (int l = 0; l < inner; l++) {
              for (int t = 0; t < high; t++) {
                int row = panel % panels * high + t;
                int to = call.offset(1) + (panel * most + l) * high + t;
                if (row < p.rows) {
                  int from = call.offset(0) + p.weightAt(z, taps, row, l);
                  put(call.array(1), to, call.array(0), from);
                } else {
                  put(call.array(1), to, zero, 0);
                }
              }
            }
          }
        });
  }
}
