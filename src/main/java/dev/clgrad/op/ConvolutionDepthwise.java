package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.tape.Variable;

/**
 * The kernels of {@code convolution_depthwise.cl}, for groups of few rows and channels: how a
 * result is cut into tiles, and their launches.
 *
 * @param width elements of a vector
 */
record ConvolutionDepthwise(
    Window[] windows, long batches, long groups, long rows, long channels, int width) {
  private static final String FILE = "conv/convolution_depthwise.cl";

  // As in the kernel file.
  private static final long MOST = 4096;
  private static final long MOST_TAPS = 256;
  private static final long STACKED = 4;

  /** More rows of a group than this, or more channels, use vectors well in other kernels. */
  private static final long FEW = 4;

  /** The tile that a work-item computes: so many lines of so many places. */
  private record Tile(long lines, long across) {}

  /** Whether the kernels can compute it. */
  boolean fits() {
    return channels * taps() <= MOST_TAPS && size(new Tile(1, 1)) <= MOST;
  }

  /** Whether they are the fastest to do so. */
  boolean isWorthwhile() {
    return rows <= FEW && channels <= FEW && fits();
  }

  private long taps() {
    return windows[0].taps() * windows[1].taps() * windows[2].taps();
  }

  private long phases() {
    return windows[0].div() * windows[1].div() * windows[2].div();
  }

  /** The lines of the input that a tile reads. */
  private long high(Tile tile) {
    return (tile.lines - 1) * windows[1].mul() + windows[1].reach();
  }

  /** The places of a line that a tile reads, of each residue modulo the stride. */
  private long wide(Tile tile) {
    long whole = ConvolutionProduct.ceilDiv(tile.across, width) * width;
    return whole + (windows[2].reach() - 1) / windows[2].mul();
  }

  private long size(Tile tile) {
    return channels * windows[0].taps() * high(tile) * windows[2].mul() * wide(tile);
  }

  private Tile tile() {
    long places1 = windows[1].places();
    long across = windows[2].places();
    while (across > 1 && size(new Tile(1, across)) > MOST) {
      across = (across + 1) / 2;
    }
    long lines = 1;
    while (lines < places1 && size(new Tile(lines + 1, across)) <= MOST) {
      lines++;
    }
    if (lines > STACKED && lines < places1) {
      lines -= lines % STACKED;
    }
    return new Tile(lines, across);
  }

  /**
   * Adds the task that computes y.
   *
   * @param y contiguous, and so are x and w
   */
  void addProduct(String op, Variable x, Variable w, long[] weightStrides, Variable y) {
    Tile tile = tile();
    KernelTask.Builder task = kernel(op, y.dtype(), "convolution_depthwise");
    task.in(x.value()).in(w.value());
    task.result(y.value(), windows[0].out() * windows[1].out() * windows[2].out());
    parameters(task, weightStrides, tile);
    long[] global = {
      ConvolutionProduct.ceilDiv(windows[2].places(), tile.across),
      ConvolutionProduct.ceilDiv(windows[1].places(), tile.lines),
      batches * groups * rows * windows[0].places() * phases()
    };
    y.scheduler().add(task.build(global, new long[] {1, 1, 1}, ConvolutionDepthwiseTwin::product));
  }

  /**
   * Adds the task that computes dw of segments of so many images.
   *
   * @param sums of shape (segments, weights), contiguous, and so are dy and x
   */
  void addWeight(String op, Variable dy, Variable x, Variable sums, long images) {
    long segments = sums.shape().size(0);
    KernelTask.Builder task = kernel(op, x.dtype(), "convolution_depthwise_weight");
    task.in(dy.value()).in(x.value()).out(sums.value());
    parameters(task, new long[] {channels * taps(), taps()}, tile());
    task.i64(images).i64(segments);
    long[] global = {groups * rows, segments};
    x.scheduler().add(task.build(global, new long[] {1, 1}, ConvolutionDepthwiseTwin::weight));
  }

  private KernelTask.Builder kernel(String op, DType dtype, String entry) {
    return KernelTask.of(op, ProgramSource.ofFile(FILE, dtype, width), entry);
  }

  private void parameters(KernelTask.Builder task, long[] weightStrides, Tile tile) {
    task.i64(batches).i64(groups).i64(rows).i64(channels);
    task.i64(weightStrides[0]).i64(weightStrides[1]);
    for (Window window : windows) {
      window.addTo(task);
    }
    task.i64(windows[1].low()).i64(windows[2].low());
    task.i64(tile.lines).i64(tile.across).i64(high(tile)).i64(wide(tile));
  }
}
