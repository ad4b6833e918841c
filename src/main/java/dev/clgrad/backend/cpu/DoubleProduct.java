package dev.clgrad.backend.cpu;

/**
 * A matrix product of doubles C = A B or C += A B and where its matrices lie: element (i, j) of A is {@code
 * a[aOffset + i * aRow + j * aCol]}, of B and C likewise.
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

  /** How many multiplications it takes. */
  public long work() {
    return (long) rows * cols * inner;
  }

  /** The same as the product of the transposed matrices, Cᵀ = Bᵀ Aᵀ. */
  public DoubleProduct transposed() {
    return new DoubleProduct(
        cols, rows, inner, b, bOffset, bCol, bRow, a, aOffset, aCol, aRow, c, cOffset, cCol, cRow,
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
}
