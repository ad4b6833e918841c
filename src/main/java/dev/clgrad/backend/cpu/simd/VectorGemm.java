package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.Lanes.GEMM_INNER_BLOCK;
import static dev.clgrad.backend.cpu.simd.VectorTile.COLS;
import static dev.clgrad.backend.cpu.simd.VectorTile.PITCH;
import static dev.clgrad.backend.cpu.simd.VectorTile.ROWS;

import dev.clgrad.backend.ParallelLoop;
import dev.clgrad.backend.cpu.FloatProduct;
import dev.clgrad.backend.cpu.PlainDots;
import java.lang.ref.SoftReference;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The matrix product on vectors. A and B are copied into the order in which they are read, once for
 * all threads; then the threads compute C in blocks of tiles.
 *
 * <p>Both are cut into blocks of the inner index. Columns of B that make a tile lie in a panel,
 * step by step. Rows of A lie one after another: brought together as those of B they would serve a
 * tile no better, and copying whole rows takes a sixth of the time. Rows and columns that are
 * missing at the edge are zeros.
 */
final class VectorGemm {
  /** Products with fewer multiplications are not worth copying their operands. */
  private static final long TINY = 4096;

  /**
   * Products with fewer multiplications are not worth waiting for all threads twice: each packs for
   * itself.
   */
  private static final long WORTH_SHARING = 1 << 25;

  /** Rows of A that a thread goes through for a panel of B: they stay in a second-level cache. */
  private static final int ROW_BLOCK = 256;

  /** Steps that are packed at a time by all threads. */
  private static final int SHARED_STEPS = 4 * GEMM_INNER_BLOCK;

  /** The most elements of each operand that are packed at a time by all threads. */
  private static final int SHARED_ELEMENTS = 1 << 21;

  /** The most columns of B that one thread packs at a time. */
  private static final int OWN_COLS = 512;

  /** Lines that are packed at a time, of whole panels. */
  private static final int UNIT = 4 * COLS;

  /** Elements worth handing to another thread to pack, and multiplications to compute. */
  private static final int PACK_GRAIN = 16 * 1024;

  private static final int WORK_GRAIN = 256 * 1024;

  /** A thread's own memory, kept from call to call. */
  private static final ThreadLocal<Scratch> OWN = ThreadLocal.withInitial(Scratch::new);

  private static final ThreadLocal<float[]> TILE =
      ThreadLocal.withInitial(() -> new float[ROWS * COLS]);

  /** The memory of the last product of all threads, unless one is under way. */
  private static final AtomicReference<SoftReference<Scratch>> SHARED =
      new AtomicReference<>(new SoftReference<>(null));

  private final FloatProduct p;
  private final ParallelLoop threads;
  private final Scratch scratch;

  // The part of the product that is packed: its place in C, its size, and its panels' layout.
  private int row;
  private int col;
  private int step;
  private int rows;
  private int cols;
  private int steps;
  private int rowsPacked;
  private int colsPacked;

  /** Panels of A and B. */
  private static final class Scratch {
    float[] a = new float[0];
    float[] b = new float[0];

    void ensure(int aLength, int bLength) {
      a = a.length < aLength ? new float[aLength] : a;
      b = b.length < bLength ? new float[bLength] : b;
    }
  }

  private VectorGemm(FloatProduct p, ParallelLoop threads, Scratch scratch) {
    this.p = p;
    this.threads = threads;
    this.scratch = scratch;
  }

  /** Computes the product on this thread. */
  static void run(FloatProduct p) {
    if (p.work() <= TINY) {
      PlainDots.run(p);
    } else if (!VectorThin.run(ParallelLoop.SEQUENTIAL, p)) {
      int most = Math.min(p.inner(), GEMM_INNER_BLOCK);
      new VectorGemm(p, ParallelLoop.SEQUENTIAL, OWN.get()).run(ROW_BLOCK, OWN_COLS, most);
    }
  }

  /** Computes the product on these threads. */
  static void run(ParallelLoop threads, FloatProduct p) {
    if (p.work() <= TINY) {
      PlainDots.run(p);
    } else if (!VectorThin.run(threads, p)) {
      if (p.work() < WORTH_SHARING) {
        p.inBlocks(threads, VectorGemm::run);
      } else {
        share(threads, p);
      }
    }
  }

  private static void share(ParallelLoop threads, FloatProduct p) {
    Scratch kept = SHARED.getAndSet(new SoftReference<>(null)).get();
    Scratch scratch = kept == null ? new Scratch() : kept;
    try {
      int most = Math.min(p.inner(), SHARED_STEPS);
      int lines = SHARED_ELEMENTS / most;
      new VectorGemm(p, threads, scratch).run(lines, lines, most);
    } finally {
      SHARED.set(new SoftReference<>(scratch));
    }
  }

  private static int roundUp(int n, int multiple) {
    return (n + multiple - 1) / multiple * multiple;
  }

  /** The size of the pieces that n is cut into, equal but for rounding and at most this. */
  private static int piece(int n, int most, int multiple) {
    int pieces = (n + most - 1) / most;
    return roundUp((n + pieces - 1) / pieces, multiple);
  }

  /** Computes the product, packing at most about so much at a time. */
  private void run(int rowLimit, int colLimit, int mostSteps) {
    int mostRows = piece(p.rows(), rowLimit, ROWS);
    int mostCols = piece(p.cols(), colLimit, COLS);
    for (col = 0; col < p.cols(); col += mostCols) {
      cols = Math.min(mostCols, p.cols() - col);
      colsPacked = roundUp(cols, COLS);
      for (step = 0; step < p.inner(); step += mostSteps) {
        steps = Math.min(mostSteps, p.inner() - step);
        for (row = 0; row < p.rows(); row += mostRows) {
          rows = Math.min(mostRows, p.rows() - row);
          rowsPacked = roundUp(rows, ROWS);
          part();
        }
      }
    }
  }

  private void part() {
    int blocksOfSteps = (steps + GEMM_INNER_BLOCK - 1) / GEMM_INNER_BLOCK;
    scratch.ensure(blocksOfSteps * rowsPacked * PITCH, colsPacked * steps);
    int unitsOfB = row == 0 ? (colsPacked + UNIT - 1) / UNIT : 0;
    int unitsOfA = (rowsPacked + UNIT - 1) / UNIT;
    threads.run(
        (long) (unitsOfB + unitsOfA) * blocksOfSteps,
        Math.max(1, PACK_GRAIN / (UNIT * Math.min(steps, GEMM_INNER_BLOCK))),
        (begin, end) -> {
          for (int at = (int) begin; at < end; at++) {
            int unit = at / blocksOfSteps;
            int k = at % blocksOfSteps * GEMM_INNER_BLOCK;
            if (unit < unitsOfB) {
              packB(unit * UNIT, k);
            } else {
              packA((unit - unitsOfB) * UNIT, k);
            }
          }
        });
    int height = piece(rowsPacked, ROW_BLOCK, ROWS);
    int blocks = (rowsPacked + height - 1) / height;
    int panels = colsPacked / COLS;
    threads.run(
        (long) blocks * panels,
        Math.max(1, WORK_GRAIN / ((long) height * COLS * steps)),
        (begin, end) -> {
          for (long at = begin; at < end; ) {
            int i = (int) (at / panels) * height;
            int from = (int) (at % panels);
            int to = (int) Math.min(panels, from + end - at);
            block(i, Math.min(rowsPacked, i + height), from * COLS, to * COLS);
            at += to - from;
          }
        });
  }

  // The panels of one block of the inner index lie side by side, and the blocks behind each other.

  private void packB(int j, int k) {
    int depth = Math.min(GEMM_INNER_BLOCK, steps - k);
    int from = p.bOffset() + (step + k) * p.bRow() + (col + j) * p.bCol();
    int to = k * colsPacked + j * depth;
    int count = Math.min(UNIT, cols - j);
    Panels.columns(count, depth, p.b(), from, p.bCol(), p.bRow(), scratch.b, to);
  }

  private void packA(int i, int k) {
    int depth = Math.min(GEMM_INNER_BLOCK, steps - k);
    int from = p.aOffset() + (row + i) * p.aRow() + (step + k) * p.aCol();
    int count = Math.min(UNIT, rows - i);
    int missing = Math.min(UNIT, rowsPacked - i) - count;
    Panels.rows(count, missing, depth, p.a(), from, p.aRow(), p.aCol(), scratch.a, rowAt(i, k));
  }

  /** Where a packed row is, from the first step of a block on. */
  private int rowAt(int i, int k) {
    return (k / GEMM_INNER_BLOCK * rowsPacked + i) * PITCH;
  }

  /**
   * Computes the tiles in rows and columns of the packed part: all rows for one panel of B, which
   * then stays in the first-level cache, or for several if they are short.
   */
  private void block(int top, int bottom, int left, int right) {
    float[] tile = TILE.get();
    for (int k = 0; k < steps; k += GEMM_INNER_BLOCK) {
      int depth = Math.min(GEMM_INNER_BLOCK, steps - k);
      int group = GEMM_INNER_BLOCK / depth * COLS;
      for (int j = left; j < right; j += group) {
        tiles(top, bottom, j, Math.min(right, j + group), k, depth, tile);
      }
    }
  }

  private void tiles(int top, int bottom, int left, int right, int k, int depth, float[] tile) {
    float[] a = scratch.a;
    float[] b = scratch.b;
    boolean add = p.accumulate() || step + k > 0;
    for (int i = top; i < bottom; i += ROWS) {
      int h = Math.min(ROWS, rows - i);
      int aFrom = rowAt(i, k);
      int at = p.cOffset() + (row + i) * p.cRow() + col;
      for (int j = left; j < right; j += COLS) {
        int w = Math.min(COLS, cols - j);
        int bFrom = k * colsPacked + j * depth;
        if (!add && h == ROWS && w == COLS) {
          VectorTile.multiply(depth, a, aFrom, b, bFrom, p.c(), at + j, p.cRow());
        } else {
          VectorTile.multiply(depth, a, aFrom, b, bFrom, tile, 0, COLS);
          VectorTile.store(h, w, tile, p.c(), at + j, p.cRow(), add);
        }
      }
    }
  }
}
