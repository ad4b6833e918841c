package dev.clgrad.backend.cpu;

/**
 * A matrix product C = A B or C += A B and where its matrices lie: element (i, j) of A is {@code
 * a[aOffset + i * aRow + j * aCol]}, of B and C likewise.
 */
public record FloatProduct(
    int rows,
    int cols,
    int inner,
    float[] a,
    int aOffset,
    int aRow,
    int aCol,
    float[] b,
    int bOffset,
    int bRow,
    int bCol,
    float[] c,
    int cOffset,
    int cRow,
    int cCol,
    boolean accumulate) {

  /** How many multiplications it takes. */
  public long work() {
    return (long) rows * cols * inner;
  }

  /** The same as the product of the transposed matrices, Cᵀ = Bᵀ Aᵀ. */
  public FloatProduct transposed() {
    return new FloatProduct(
        cols, rows, inner, b, bOffset, bCol, bRow, a, aOffset, aCol, aRow, c, cOffset, cCol, cRow,
        accumulate);
  }

  /** A block of C, from row i and column j on. */
  public FloatProduct block(int i, int j, int blockRows, int blockCols) {
    return new FloatProduct(
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
