package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.op.ConvolutionWinogradTwin.Line;
import dev.clgrad.op.ConvolutionWinogradTwin.Problem;
import dev.clgrad.op.WinogradTiles.Strip;
import dev.clgrad.op.WinogradTiles.Strips;
import dev.clgrad.op.WinogradTiles.Work;
import java.util.Arrays;

/**
 * Convolutions of float32 by Winograd's transforms on the CPU backend: y, dx, and also dw, which is
 * the same with another of the three for the result. {@link WinogradTiles} tells how operands lie.
 *
 * <p>Transformed weights, and the sums that become dw, are [group, block of rows, position,
 * channel, row].
 */
final class ConvolutionWinogradLanes {
  private static final int SIDE = WinogradTiles.SIDE;
  private static final int POSITIONS = WinogradTiles.POSITIONS;
  private static final int TAPS = 3;

  /** Channels of a block of weights that a thread transforms at a time. */
  private static final int CHANNELS = 8;

  private ConvolutionWinogradLanes() {}

  /** Elements of all transformed weights. */
  static long size(long groups, long channels, long rows) {
    return groups * POSITIONS * channels * WinogradTiles.padded((int) rows);
  }

  /** Where a block of rows of a group begins among them. */
  private static int block(Problem p, int group, int block) {
    int rows = group * WinogradTiles.padded(p.rows()) + block * WinogradTiles.BLOCK;
    return rows * POSITIONS * p.channels();
  }

  private interface Part {
    void run(int group, int block, int firstChannel, int count);
  }

  /** All weights, a part of a block at a time. */
  private static void forParts(TwinCall call, Problem p, Part part) {
    int blocks = WinogradTiles.blocks(p.rows());
    int pieces = (p.channels() + CHANNELS - 1) / CHANNELS;
    call.parallel(
        (long) p.groups() * blocks * pieces,
        4,
        (begin, end) -> {
          for (int task = (int) begin; task < end; task++) {
            int first = task % pieces * CHANNELS;
            int count = Math.min(CHANNELS, p.channels() - first);
            part.run(task / pieces / blocks, task / pieces % blocks, first, count);
          }
        });
  }

  static void weights(TwinCall call) {
    Problem p = Problem.read(call, 2);
    Line[] lines = Line.of(ConvolutionWinogradTwin.WEIGHTS, call.array(1));
    float[] w = call.floats(0);
    forParts(
        call,
        p,
        (group, block, first, count) -> {
          int width = WinogradTiles.width(p.rows(), block);
          int n = count * width;
          float[] taps = Work.own().array(WinogradTiles.TRANSFORMED, TAPS * TAPS * n);
          float[] half = Work.own().array(WinogradTiles.PRODUCTS, TAPS * SIDE * n);
          int rows = WinogradTiles.count(p.rows(), block);
          for (int t = 0; t < rows; t++) {
            int from = call.offset(0) + weight(p, group, block * WinogradTiles.BLOCK + t, first);
            for (int c = 0; c < count; c++) {
              for (int k = 0; k < TAPS * TAPS; k++) {
                int tap = p.turned() ? TAPS * TAPS - 1 - k : k;
                taps[tap * n + c * width + t] = w[from + c * p.weightChannel() + k];
              }
            }
          }
          for (int i = 0; i < TAPS; i++) {
            for (int b = 0; b < SIDE; b++) {
              lines[b].apply(call, taps, TAPS * i * n, n, half, (i * SIDE + b) * n, n);
            }
          }
          int plane = p.channels() * width;
          int to = call.offset(1) + block(p, group, block) + first * width;
          for (int a = 0; a < SIDE; a++) {
            for (int b = 0; b < SIDE; b++) {
              int position = to + (a * SIDE + b) * plane;
              lines[a].apply(call, half, b * n, SIDE * n, call.array(1), position, n);
            }
          }
        });
  }

  private static int weight(Problem p, int group, int row, int channel) {
    return group * p.rows() * p.channels() * TAPS * TAPS
        + row * p.weightRow()
        + channel * p.weightChannel();
  }

  private static WinogradTiles inputs(Problem p) {
    return new WinogradTiles(p.in(), p.low(), new int[] {p.tiles(0), p.tiles(1)});
  }

  private static WinogradTiles results(Problem p) {
    return new WinogradTiles(p.out(), new int[2], new int[] {p.tiles(0), p.tiles(1)});
  }

  /** Where a channel of a group's first image begins, and from an image to the next. */
  private static int[] planes(int offset, int[] size, int channels, Problem p, int group, int c) {
    int volume = size[0] * size[1];
    return new int[] {offset + (group * channels + c) * volume, p.groups() * channels * volume};
  }

  static void product(TwinCall call) {
    Problem p = Problem.read(call, 3);
    Strips strips = Strips.of(p.batches(), inputs(p).tiles());
    call.parallel(
        (long) strips.count() * p.groups(),
        1,
        (begin, end) -> {
          for (int task = (int) begin; task < end; task++) {
            strip(call, p, task / strips.count(), strips.get(task % strips.count()));
          }
        });
  }

  private static void strip(TwinCall call, Problem p, int group, Strip s) {
    Lanes lanes = call.lanes();
    int tiles = s.count();
    int widest = Math.max(WinogradTiles.width(p.channels(), 0), WinogradTiles.width(p.rows(), 0));
    float[] x = Work.own().array(WinogradTiles.TRANSFORMED, POSITIONS * tiles * widest);
    int all = WinogradTiles.padded(p.rows()) * POSITIONS * tiles;
    float[] y = Work.own().array(WinogradTiles.PRODUCTS, all);
    for (int c = 0; c < p.channels(); c += WinogradTiles.BLOCK) {
      int count = WinogradTiles.count(p.channels(), c / WinogradTiles.BLOCK);
      int wide = WinogradTiles.width(p.channels(), c / WinogradTiles.BLOCK);
      int[] planes = planes(call.offset(0), p.in(), p.channels(), p, group, c);
      inputs(p).input(lanes, s, call.floats(0), planes, new int[] {count, wide}, x, 0);
      for (int block = 0; block < WinogradTiles.blocks(p.rows()); block++) {
        int width = WinogradTiles.width(p.rows(), block);
        int u = call.offset(1) + block(p, group, block) + c * width;
        int to = block * WinogradTiles.BLOCK * POSITIONS * tiles;
        lanes.gemmInPlace(
            tiles,
            width,
            count,
            x,
            0,
            wide,
            1,
            call.floats(1),
            u,
            width,
            y,
            to,
            width,
            c > 0,
            POSITIONS,
            tiles * wide,
            p.channels() * width,
            tiles * width);
      }
    }
    for (int block = 0; block < WinogradTiles.blocks(p.rows()); block++) {
      int row = block * WinogradTiles.BLOCK;
      int[] planes = planes(call.offset(2), p.out(), p.rows(), p, group, row);
      int[] rows = {WinogradTiles.count(p.rows(), block), WinogradTiles.width(p.rows(), block)};
      results(p).output(lanes, s, y, row * POSITIONS * tiles, planes, rows, call.floats(2));
    }
  }

  /** How many strips there are; sums of dw may be cut into as many segments. */
  static long strips(long batches, long tiles0, long tiles1) {
    return Strips.of((int) batches, new int[] {(int) tiles0, (int) tiles1}).count();
  }

  /** The transformed dw of segments of so many strips. */
  static void sums(TwinCall call) {
    Problem p = Problem.read(call, 3);
    int segments = (int) call.integer(3 + Problem.PARAMETERS);
    Strips strips = Strips.of(p.batches(), inputs(p).tiles());
    int each = (strips.count() + segments - 1) / segments;
    int all = (int) size(p.groups(), p.channels(), p.rows());
    call.parallel(
        (long) segments * p.groups(),
        1,
        (begin, end) -> {
          for (int task = (int) begin; task < end; task++) {
            int group = task % p.groups();
            int segment = task / p.groups();
            int last = Math.min(strips.count(), (segment + 1) * each);
            if (last == 0) {
              Arrays.fill(call.floats(2), call.offset(2), call.offset(2) + all, 0);
            }
            for (int number = segment * each; number < last; number++) {
              int to = call.offset(2) + segment * all;
              addStrip(call, p, group, strips.get(number), to, number > segment * each);
            }
          }
        });
  }

  private static void addStrip(
      TwinCall call, Problem p, int group, Strip s, int to, boolean accumulate) {
    Lanes lanes = call.lanes();
    int tiles = s.count();
    int widest = WinogradTiles.width(p.channels(), 0);
    float[] x = Work.own().array(WinogradTiles.TRANSFORMED, POSITIONS * tiles * widest);
    int all = WinogradTiles.padded(p.rows()) * POSITIONS * tiles;
    float[] dy = Work.own().array(WinogradTiles.PRODUCTS, all);
    for (int block = 0; block < WinogradTiles.blocks(p.rows()); block++) {
      int row = block * WinogradTiles.BLOCK;
      int[] planes = planes(call.offset(0), p.out(), p.rows(), p, group, row);
      int[] rows = {WinogradTiles.count(p.rows(), block), WinogradTiles.width(p.rows(), block)};
      results(p).gradient(lanes, s, call.floats(0), planes, rows, dy, row * POSITIONS * tiles);
    }
    for (int c = 0; c < p.channels(); c += WinogradTiles.BLOCK) {
      int count = WinogradTiles.count(p.channels(), c / WinogradTiles.BLOCK);
      int wide = WinogradTiles.width(p.channels(), c / WinogradTiles.BLOCK);
      int[] planes = planes(call.offset(1), p.in(), p.channels(), p, group, c);
      inputs(p).input(lanes, s, call.floats(1), planes, new int[] {count, wide}, x, 0);
      for (int block = 0; block < WinogradTiles.blocks(p.rows()); block++) {
        int width = WinogradTiles.width(p.rows(), block);
        int at = block * WinogradTiles.BLOCK * POSITIONS * tiles;
        int sum = to + block(p, group, block) + c * width;
        lanes.gemmInPlace(
            count,
            width,
            tiles,
            x,
            0,
            1,
            wide,
            dy,
            at,
            width,
            call.floats(2),
            sum,
            width,
            accumulate,
            POSITIONS,
            tiles * wide,
            tiles * width,
            p.channels() * width);
      }
    }
  }

  /** dw of what {@link #sums} left: the segments' sum, transformed back. */
  static void weightGradient(TwinCall call) {
    Problem p = Problem.read(call, 2);
    int segments = (int) call.integer(2 + Problem.PARAMETERS);
    int all = (int) size(p.groups(), p.channels(), p.rows());
    double[][] turned = new double[TAPS][SIDE];
    for (int k = 0; k < TAPS; k++) {
      for (int a = 0; a < SIDE; a++) {
        turned[k][a] = ConvolutionWinogradTwin.WEIGHTS[a][k];
      }
    }
    Line[] lines = Line.of(turned, call.array(1));
    float[] sums = call.floats(0);
    float[] dw = call.floats(1);
    forParts(
        call,
        p,
        (group, block, first, count) -> {
          int width = WinogradTiles.width(p.rows(), block);
          int n = count * width;
          int plane = p.channels() * width;
          int from = call.offset(0) + block(p, group, block) + first * width;
          float[] sum = Work.own().array(WinogradTiles.TRANSFORMED, POSITIONS * n);
          float[] half = Work.own().array(WinogradTiles.PRODUCTS, TAPS * SIDE * n);
          for (int position = 0; position < POSITIONS; position++) {
            System.arraycopy(sums, from + position * plane, sum, position * n, n);
            for (int segment = 1; segment < segments; segment++) {
              int at = from + segment * all + position * plane;
              call.lanes().addInto(sum, position * n, sums, at, n);
            }
          }
          for (int i = 0; i < TAPS; i++) {
            for (int b = 0; b < SIDE; b++) {
              lines[i].apply(call, sum, b * n, SIDE * n, half, (i * SIDE + b) * n, n);
            }
          }
          for (int i = 0; i < TAPS; i++) {
            for (int j = 0; j < TAPS; j++) {
              lines[j].apply(call, half, i * SIDE * n, n, sum, (i * TAPS + j) * n, n);
            }
          }
          int rows = WinogradTiles.count(p.rows(), block);
          for (int t = 0; t < rows; t++) {
            int to = call.offset(1) + weight(p, group, block * WinogradTiles.BLOCK + t, first);
            for (int c = 0; c < count; c++) {
              for (int k = 0; k < TAPS * TAPS; k++) {
                dw[to + c * p.weightChannel() + k] = sum[k * n + c * width + t];
              }
            }
          }
        });
  }
}
