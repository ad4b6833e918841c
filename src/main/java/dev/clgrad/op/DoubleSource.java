package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;

/**
 * The lines of a twin's source, of shape (outer, count, inner), a block at a time: where they lie
 * if elements lie side by side, else copied out of the rows.
 */
final class DoubleSource {
  private final TwinCall call;
  private final int arg;
  private final LineBlocks blocks;
  private final double[] copies;

  /** The first line of the block at hand. */
  long first;

  /** The line behind its last one. */
  long end;

  /** Where the line at hand lies. */
  double[] array;

  /** Where the line at hand begins in {@link #array}. */
  int at;

  DoubleSource(TwinCall call, int arg, LineBlocks blocks) {
    this.call = call;
    this.arg = arg;
    this.blocks = blocks;
    this.copies = new double[blocks.inner() == 1 ? 0 : blocks.count() * blocks.width()];
    this.array = copies;
  }

  /** Reads a block and goes to its first line. */
  void load(long block) {
    int count = blocks.count();
    first = blocks.first(block);
    end = blocks.end(first);
    if (blocks.inner() == 1) {
      TwinCall.Segment line = call.segment(arg, first * count, count);
      array = line.doubles();
      at = line.offset();
    } else {
      blocks.read(call, arg, first, this::copy);
      at = 0;
    }
  }

  private void copy(TwinCall.Segment from, int k, int n, int lines) {
    double[] x = from.doubles();
    for (int row = 0; row < n; row++) {
      int begin = from.offset() + row * blocks.inner();
      for (int line = 0; line < lines; line++) {
        copies[line * blocks.count() + k + row] = x[begin + line];
      }
    }
  }

  /** Goes to a line of the block. */
  void seek(long line) {
    if (blocks.inner() != 1) {
      at = (int) (line - first) * blocks.count();
    }
  }
}
