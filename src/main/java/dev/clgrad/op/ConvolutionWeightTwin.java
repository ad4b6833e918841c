package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.op.Patches.Matrix;
import java.util.Arrays;

/** The kernels of {@code convolution_weight.cl} in Java. */
final class ConvolutionWeightTwin {
  /** Elements of the patches that one thread packs at a time; they stay in its cache. */
  private static final int PATCHES = 64 * 1024;

  private static final int MOST_PLACES = 1024;

  /** Columns of a product in place are a multiple of this. */
  private static final int LANES = 16;

  /** Pieces of work that all cores can share. */
  private static final int TASKS = 8;

  private ConvolutionWeightTwin() {}

  static void weight(TwinCall call) {
    int batches = (int) call.integer(3);
    int groups = (int) call.integer(4);
    int rows = (int) call.integer(5);
    int channels = (int) call.integer(6);
    int segments = (int) call.integer(7);
    long length = call.integer(8);
    Window[] windows = new Window[3];
    Window.Taps[] taps = new Window.Taps[3];
    int allTaps = 1;
    for (int d = 0; d < 3; d++) {
      int at = 9 + 6 * d;
      windows[d] =
          new Window(
              call.integer(at),
              call.integer(at + 1),
              call.integer(at + 2),
              call.integer(at + 3),
              call.integer(at + 4),
              call.integer(at + 5),
              1,
              1);
      taps[d] = windows[d].taps(0);
      allTaps *= taps[d].count();
    }
    int blocks = Math.max(1, Math.min(channels, (TASKS - 1) / (groups * segments) + 1));
    int each = Math.max(1, (channels + blocks - 1) / blocks);
    Problem p = new Problem(call, batches, groups, rows, channels, length, windows, taps, allTaps);
    call.parallel(
        (long) segments * groups * blocks,
        1,
        (begin, end) -> {
          for (int task = (int) begin; task < end; task++) {
            int first = task % blocks * each;
            int count = Math.min(each, channels - first);
            if (count > 0) {
              p.block(task / blocks / groups, task / blocks % groups, first, count);
            }
          }
        });
  }

  private record Problem(
      TwinCall call,
      int batches,
      int groups,
      int rows,
      int channels,
      long length,
      Window[] windows,
      Window.Taps[] taps,
      int allTaps) {

    /**
     * The same in float32: patches are turned, so that the product takes them, and dy, where they
     * lie.
     */
    void turnedBlock(int segment, int group, int firstChannel, int count) {
      int places = (int) (windows[0].out() * windows[1].out() * windows[2].out());
      int volume = (int) (windows[0].in() * windows[1].in() * windows[2].in());
      long begin = segment * length;
      long end = Math.min(begin + length, (long) batches * places);
      int wide = count * allTaps;
      int padded = (wide + LANES - 1) / LANES * LANES;
      int most = Math.max(LANES, Math.min(Lanes.GEMM_INNER_BLOCK, PATCHES / padded));
      boolean pointwise = Arrays.stream(windows).allMatch(Window::isPointwise);
      float[] patches = new float[pointwise ? 0 : wide * most];
      float[] turned = new float[most * padded];
      float[] sums = new float[rows * padded];
      int[] to = rows(most, padded);
      boolean more = false;
      for (long place = begin; place < end; ) {
        int n = (int) (place / places);
        int first = (int) (place % places);
        int many = (int) Math.min(Math.min(most, places - first), end - place);
        int image = n * groups + group;
        int x = call.offset(1) + (image * channels + firstChannel) * volume;
        if (pointwise) {
          turn(call.floats(1), x + first, rows(wide, volume), turned, Arrays.copyOf(to, many));
        } else {
          Patches.pack(call.array(1), x, count, windows, taps, first, many, patches);
          turn(patches, 0, rows(wide, many), turned, Arrays.copyOf(to, many));
        }
        int dy = call.offset(0) + image * rows * places + first;
        call.lanes()
            .gemmInPlace(
                rows,
                padded,
                many,
                call.floats(0),
                dy,
                places,
                1,
                turned,
                0,
                padded,
                sums,
                0,
                padded,
                more,
                1,
                0,
                0,
                0);
        more = true;
        place += many;
      }
      int columns = channels * allTaps;
      int at =
          call.offset(2) + (segment * groups + group) * rows * columns + firstChannel * allTaps;
      for (int r = 0; r < rows; r++) {
        System.arraycopy(sums, r * padded, call.floats(2), at + r * columns, wide);
      }
    }

    private static int[] rows(int count, int stride) {
      int[] rows = new int[count];
      for (int i = 0; i < count; i++) {
        rows[i] = i * stride;
      }
      return rows;
    }

    private void turn(float[] x, int at, int[] from, float[] y, int[] to) {
      if (Math.min(from.length, to.length) >= LANES) {
        call.lanes().transpose(x, at, from, y, 0, to);
        return;
      }
      for (int i = 0; i < from.length; i++) {
        for (int j = 0; j < to.length; j++) {
          y[to[j] + i] = x[at + from[i] + j];
        }
      }
    }

    /** The sums of a segment for some channels of a group. */
    void block(int segment, int group, int firstChannel, int count) {
      if (call.array(2) instanceof float[]) {
        turnedBlock(segment, group, firstChannel, count);
        return;
      }
      int places = (int) (windows[0].out() * windows[1].out() * windows[2].out());
      int volume = (int) (windows[0].in() * windows[1].in() * windows[2].in());
      long begin = segment * length;
      long end = Math.min(begin + length, (long) batches * places);
      int columns = channels * allTaps;
      int wide = count * allTaps;
      int most = Math.max(16, Math.min(MOST_PLACES, PATCHES / Math.max(1, wide)));
      boolean pointwise = Arrays.stream(windows).allMatch(Window::isPointwise);
      Object patches = Patches.like(call.array(2), pointwise ? 0 : wide * Math.min(most, places));
      int at =
          call.offset(2) + (segment * groups + group) * rows * columns + firstChannel * allTaps;
      Matrix dw = new Matrix(call.array(2), at, columns, 1);
      boolean more = false;
      for (long place = begin; place < end; ) {
        int n = (int) (place / places);
        int first = (int) (place % places);
        int many = (int) Math.min(Math.min(most, places - first), end - place);
        int image = n * groups + group;
        int x = call.offset(1) + (image * channels + firstChannel) * volume;
        int dyAt = call.offset(0) + image * rows * places + first;
        Matrix dy = new Matrix(call.array(0), dyAt, places, 1);
        Matrix b = new Matrix(patches, 0, 1, many);
        if (pointwise) {
          b = new Matrix(call.array(1), x + first, 1, volume);
        } else {
          Patches.pack(call.array(1), x, count, windows, taps, first, many, patches);
        }
        Patches.multiply(call.lanes(), rows, wide, many, dy, b, dw, more);
        more = true;
        place += many;
      }
      if (!more) {
        Matrix none = new Matrix(patches, 0, 0, 0);
        Patches.multiply(call.lanes(), rows, wide, 0, none, none, dw, false);
      }
    }
  }
}
