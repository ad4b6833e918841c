package dev.clgrad.backend.cpu;

import dev.clgrad.backend.ParallelLoop;
import java.util.function.Consumer;

/**
 * A matrix product of doubles C = A B or C += A B and where its matrices lie: element (i, j) of A
 * is {@code a[aOffset + i * aRow + j * aCol]}, of B and C likewise.
 */
public record DoubleProduct(
    int rows,
    int cols,
    int inner,
    double[] a,
    int aOffset,
    int aRow,
    int aCol,
    double[] b,
    int bOffset,
    int bRow,
    int bCol,
    double[] c,
    int cOffset,
    int cRow,
    int cCol,
    boolean accumulate) {
  /** Rows and columns that a thread computes at a time. */
  private static final int BLOCK = 192;

  /** Multiplications worth handing to another thread. */
  private static final long WORTH_SHARING = 65536;

  /** How many multiplications it takes. */
  public long work() {
    return (long) rows * cols * inner;
  }

  /** The same as the product of the transposed matrices, Cᵀ = Bᵀ Aᵀ. */
  public DoubleProduct transposed() {
    return new DoubleProduct(
        cols,
        rows,
        inner,
        b,
        bOffset,
        bCol,
        bRow,
        a,
        aOffset,
        aCol,
        aRow,
        c,
        cOffset,
        cCol,
        cRow,
        accumulate);
  }

  /** A block of C, from row i and column j on. */
  public DoubleProduct block(int i, int j, int blockRows, int blockCols) {
    return new DoubleProduct(
        blockRows,
        blockCols,
        inner,
        a,
        aOffset + i * aRow,
        aRow,
        aCol,
        b,
        bOffset + j * bCol,
        bRow,
        bCol,
        c,
        cOffset + i * cRow + j * cCol,
        cRow,
        cCol,
        accumulate);
  }

  /** Hands blocks of C to threads, each of which computes its own. */
  public void inBlocks(ParallelLoop threads, Consumer<DoubleProduct> each) {
    int height = piece(rows);
    int width = piece(cols);
    int down = (rows + height - 1) / height;
    int across = (cols + width - 1) / width;
    threads.run(
        (long) down * across,
        Math.max(1, WORTH_SHARING / Math.max(1, (long) height * width * inner)),
        (begin, end) -> {
          for (long at = begin; at < end; at++) {
            int i = (int) (at / across) * height;
            int j = (int) (at % across) * width;
            each.accept(block(i, j, Math.min(height, rows - i), Math.min(width, cols - j)));
          }
        });
  }

  private static int piece(int n) {
    int pieces = Math.max(1, (n + BLOCK - 1) / BLOCK);
    // A multiple of what fills vectors.
    return Math.max(1, ((n + pieces - 1) / pieces + 15) / 16) * 16;
  }
}
