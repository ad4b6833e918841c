package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.tape.Variable;

/**
 * The kernels of {@code convolution_winograd.cl} and {@code convolution_winograd_channels.cl}, for
 * 3 × 3 convolutions, and when they are chosen.
 *
 * @param tile how many sums are in registers
 */
record ConvolutionWinograd(
    Window[] windows, long batches, long groups, long rows, long channels, RegisterTile tile) {
  private static final String FILE = "conv/convolution_winograd.cl";
  private static final String CHANNELS_FILE = "conv/convolution_winograd_channels.cl";

  // As in the kernel file.
  static final int EDGE = 4;
  static final int POSITIONS = 36;
  private static final long BLOCK = 64;

  /** Tiles side by side that {@code convolution_winograd_channels} takes together, at most. */
  private static final long RUN = 15;

  /** And those that it holds at a time. */
  private static final long HELD = 32;

  /** Fewer tiles than this do not repay the transform of the weights. */
  private static final long LEAST_TILES = 32;

  private static final long LEAST_TILES_OF_TWINS = 48;

  /** Fewer channels, or rows, do not repay the transforms of inputs and results. */
  private static final long LEAST_CHANNELS = 8;

  private static final long LEAST_CHANNELS_OF_TWINS = 16;
  private static final long LEAST_WEIGHTS_OF_TWINS = 512;

  /** Sums of dw that threads compute apart; more would be much memory. */
  private static final long SEGMENTS = 8;

  private static final long MOST_SUMS = 1L << 22;

  /** Whether the kernels can compute it. */
  boolean fits() {
    Window w = windows[0];
    return tile.width() > 1
        && channels > 0
        && w.isPointwise()
        && w.in() == 1
        && fits(windows[1])
        && fits(windows[2]);
  }

  private boolean fits(Window w) {
    return w.taps() == 3
        && w.mul() == 1
        && w.div() == 1
        && Math.abs(w.step()) == 1
        && w.step() == windows[2].step();
  }

  /**
   * Whether they are the fastest to do so, as measured on CPUs; nowhere else are they chosen. The
   * system property {@code clgrad.winograd} ({@code on} or {@code off}) overrides that, so that
   * they can be tested on any device and left out on any.
   */
  boolean isWorthwhile(Variable y) {
    String forced = System.getProperty("clgrad.winograd");
    if (forced != null) {
      return forced.equals("on") && fits();
    }
    Backend backend = y.scheduler().backend();
    if (!fits() || !areWorthwhile(backend.runsTwins() ? LEAST_TILES_OF_TWINS : LEAST_TILES)) {
      return false;
    }
    long least = Math.min(rows, channels);
    if (backend.runsTwins()) {
      return least >= LEAST_CHANNELS_OF_TWINS && rows * channels >= LEAST_WEIGHTS_OF_TWINS;
    }
    boolean vectors = backend.limits().cpuType() && KernelSizes.vectors(y);
    return vectors && least >= LEAST_CHANNELS;
  }

  /** Whether there are many tiles, side by side, of which two thirds are asked for. */
  private boolean areWorthwhile(long leastTiles) {
    long tiles = tiles(1) * tiles(2);
    boolean full = 3 * windows[1].out() * windows[2].out() >= 2 * EDGE * EDGE * tiles;
    return full && tiles(2) > 1 && batches * tiles >= leastTiles;
  }

  /** Tiles of a result in one dimension. */
  private long tiles(int d) {
    return ConvolutionProduct.ceilDiv(windows[d].out(), EDGE);
  }

  /**
   * Adds the tasks that compute y.
   *
   * @param y contiguous, and so are x and w
   */
  void addProduct(String op, Variable x, Variable w, long[] weightStrides, Variable y) {
    // The CPU backend's product takes matrices as they are.
    boolean twins = y.scheduler().backend().runsTwins();
    if (twins && y.dtype() == DType.FLOAT32) {
      addLanes(op, x, w, weightStrides, y);
      return;
    }
    long high = twins ? Math.max(1, rows) : tile.rows();
    long padded = ConvolutionProduct.ceilDiv(rows, high) * high;
    Shape weights = Shape.of(groups * POSITIONS * channels * padded);
    Variable u = ConvolutionProduct.scratch(op, y, weights);
    KernelTask.Builder task = kernel(op, y.dtype(), "_weights").in(w.value()).out(u.value());
    parameters(task, weightStrides).i64(high);
    long[] blocks = {ConvolutionProduct.ceilDiv(padded, tile.width()), channels, groups};
    long[] one = {1, 1, 1};
    y.scheduler().add(task.build(blocks, one, ConvolutionWinogradTwin::weights));

    long lines = batches * groups * channels * (tiles(1) + 1);
    Shape phases = Shape.of(lines * EDGE * EDGE * (tiles(2) + 1) + tile.width());
    Variable source = ConvolutionProduct.scratch(op, y, phases);
    task = kernel(op, y.dtype(), "_phases").in(x.value()).out(source.value());
    parameters(task, weightStrides);
    y.scheduler()
        .add(
            task.build(
                KernelSizes.global(lines + 1, KernelSizes.VECTOR),
                KernelSizes.local(KernelSizes.VECTOR),
                ConvolutionWinogradTwin::phases));

    task = kernel(op, y.dtype(), "").in(source.value()).in(u.value());
    task.result(y.value(), windows[1].out() * windows[2].out());
    parameters(task, weightStrides);
    long strips = ConvolutionProduct.ceilDiv(batches * tiles(1) * tiles(2), tile.columns());
    long[] global = {strips, ConvolutionProduct.ceilDiv(rows, BLOCK), groups};
    int panel = (int) high;
    y.scheduler()
        .add(task.build(global, one, call -> ConvolutionWinogradTwin.product(call, panel)));
    source.storage().close();
    u.storage().close();
  }

  /**
   * Adds the tasks that compute y in vectors along channels; for devices that run kernels.
   *
   * @param y contiguous, and so are x and w
   */
  void addChannels(String op, Variable x, Variable w, long[] weightStrides, Variable y) {
    RegisterTile blocks = RegisterTile.of(y, "convolution_winograd_channels");
    long padded = ConvolutionProduct.ceilDiv(rows, blocks.columns()) * blocks.columns();
    long numel = groups * POSITIONS * (channels * padded + blocks.width());
    Variable u = ConvolutionProduct.scratch(op, y, Shape.of(numel));
    ProgramSource program = blocks.program(CHANNELS_FILE, y.dtype());
    KernelTask.Builder task = KernelTask.of(op, program, "convolution_winograd_factors");
    parameters(task.in(w.value()).out(u.value()), weightStrides).i64(padded);
    long[] one = {1, 1, 1};
    long[] global = {padded / blocks.width(), channels, groups};
    Twin none =
        call -> {
          throw new IllegalStateException("twins compute Winograd's transforms along tiles");
        };
    y.scheduler().add(task.build(global, one, none));

    task = KernelTask.of(op, program, "convolution_winograd_channels");
    task.in(x.value()).in(u.value()).result(y.value(), windows[1].out() * windows[2].out());
    parameters(task, weightStrides).i64(padded);
    long parts = ConvolutionProduct.ceilDiv(tiles(2), RUN);
    long together = HELD / ConvolutionProduct.ceilDiv(tiles(2), parts);
    long[] items = {
      ConvolutionProduct.ceilDiv(batches * tiles(1) * parts, together),
      ConvolutionProduct.ceilDiv(rows, BLOCK),
      groups
    };
    y.scheduler().add(task.build(items, one, none));
    u.storage().close();
  }

  /** Whether the CPU backend computes dw too. */
  boolean fitsWeights(Variable x) {
    boolean floats = x.scheduler().backend().runsTwins() && x.dtype() == DType.FLOAT32;
    return floats && fits() && windows[2].step() > 0;
  }

  /**
   * Whether they are the fastest for dw: enough segments for several threads are no great memory.
   */
  boolean isWorthwhileForWeights(Variable x) {
    boolean small =
        4 * ConvolutionWinogradLanes.size(groups, channels, rows) <= MOST_SUMS
            || System.getProperty("clgrad.winograd") != null;
    return fitsWeights(x) && isWorthwhile(x) && small;
  }

  private void addLanes(String op, Variable x, Variable w, long[] weightStrides, Variable y) {
    Shape weights = Shape.of(ConvolutionWinogradLanes.size(groups, channels, rows));
    Variable u = ConvolutionProduct.scratch(op, y, weights);
    long[] one = {1, 1, 1};
    KernelTask.Builder task = kernel(op, y.dtype(), "_weights").in(w.value()).out(u.value());
    parameters(task, weightStrides);
    y.scheduler().add(task.build(one, one, ConvolutionWinogradLanes::weights));
    task = kernel(op, y.dtype(), "").in(x.value()).in(u.value());
    task.result(y.value(), windows[1].out() * windows[2].out());
    parameters(task, weightStrides);
    y.scheduler().add(task.build(one, one, ConvolutionWinogradLanes::product));
    u.storage().close();
  }

  /**
   * Adds the tasks that compute dw.
   *
   * @param dw contiguous, and so are dy and x
   */
  void addWeight(String op, Variable dy, Variable x, Variable dw) {
    long[] weightStrides = {channels * 9, 9};
    long[] one = {1, 1, 1};
    long size = ConvolutionWinogradLanes.size(groups, channels, rows);
    long strips = ConvolutionWinogradLanes.strips(batches, tiles(1), tiles(2));
    long wanted = Math.min(SEGMENTS, Math.min(strips, MOST_SUMS / Math.max(1, size)));
    long each = ConvolutionProduct.ceilDiv(strips, Math.max(1, wanted));
    long segments = Math.max(1, ConvolutionProduct.ceilDiv(strips, Math.max(1, each)));
    Variable sums = ConvolutionProduct.scratch(op, dw, Shape.of(segments * size));
    KernelTask.Builder task = kernel(op, dw.dtype(), "").in(dy.value()).in(x.value());
    parameters(task.out(sums.value()), weightStrides).i64(segments);
    dw.scheduler().add(task.build(one, one, ConvolutionWinogradLanes::sums));
    task = kernel(op, dw.dtype(), "_weights").in(sums.value()).out(dw.value());
    parameters(task, weightStrides).i64(segments);
    dw.scheduler().add(task.build(one, one, ConvolutionWinogradLanes::weightGradient));
    sums.storage().close();
  }

  private KernelTask.Builder kernel(String op, DType dtype, String suffix) {
    return KernelTask.of(op, tile.program(FILE, dtype), "convolution_winograd" + suffix);
  }

  private KernelTask.Builder parameters(KernelTask.Builder task, long[] weightStrides) {
    task.i64(batches).i64(groups).i64(rows).i64(channels);
    task.i64(weightStrides[0]).i64(weightStrides[1]);
    for (int d = 1; d < 3; d++) {
      task.i64(windows[d].in()).i64(windows[d].out()).i64(windows[d].low());
    }
    return task.i64(windows[2].step() < 0 ? 1 : 0);
  }
}
