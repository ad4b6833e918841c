package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;

/**
 * How a twin reads lines of a contiguous (outer, count, inner) argument that may be computed only
 * when it is read: a few neighboring lines at once, of which each element is asked for once, and
 * neighbors in memory together.
 *
 * @param count the elements of a line
 * @param inner how far apart they lie
 * @param width the most lines in a block
 */
record LineBlocks(int count, int inner, int width) {
  /** Elements worth asking for at once; a body is computed in tiles of so many. */
  private static final int SEGMENT = 1024;

  /** Elements of a block, which should stay in cache, unless that leaves too few lines. */
  private static final int BLOCK = 32 * 1024;

  private static final int MIN_LINES = 16;
  private static final int MAX_LINES = 64;

  static LineBlocks of(int count, int inner) {
    int lines = Math.min(MAX_LINES, Math.max(MIN_LINES, BLOCK / Math.max(count, 1)));
    return new LineBlocks(count, inner, Math.min(inner, lines));
  }

  /** The number of blocks that cover some lines, a multiple of {@link #inner}. */
  long blocks(long lines) {
    return lines / Math.max(inner, 1) * perSlab();
  }

  /** The first line of a block. */
  long first(long block) {
    return inner == 1 ? block : block / perSlab() * inner + block % perSlab() * width;
  }

  /** The line behind the last one of the block that begins with a line. */
  long end(long first) {
    return inner == 1 ? first + 1 : Math.min(first + width, (first / inner + 1) * inner);
  }

  private long perSlab() {
    return width == 0 ? 1 : (inner + width - 1) / width;
  }

  /** Where the argument's elements go. */
  interface Sink {
    /**
     * Takes some neighboring elements of a line and of those beside it.
     *
     * @param at where the first line's elements begin
     * @param k which element of the line that is
     * @param n how many elements of each line there are, {@link #inner} apart
     * @param lines how many lines
     */
    void take(TwinCall.Segment at, int k, int n, int lines);
  }

  /** Reads the lines of the block that begins with a line. */
  void read(TwinCall call, int arg, long first, Sink sink) {
    int lines = (int) (end(first) - first);
    long from = first / inner * count * inner + first % inner;
    // Whole rows lie side by side.
    int rows = lines == inner ? Math.max(1, SEGMENT / inner) : 1;
    for (int k = 0; k < count; k += rows) {
      int n = Math.min(rows, count - k);
      sink.take(call.segment(arg, from + (long) k * inner, (n - 1) * inner + lines), k, n, lines);
    }
  }
}
