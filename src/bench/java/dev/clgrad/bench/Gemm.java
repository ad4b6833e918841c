package dev.clgrad.bench;

/**
 * A product of matrices, [m, k] by [k, n], as many times as the batch has.
 *
 * @param batch how many matrices of each kind there are
 * @param n columns of the second matrix; 1 for a vector
 * @param transposed whether the first matrix is stored as [k, m]
 * @param doubles float64 rather than float32
 */
record Gemm(int batch, int m, int n, int k, boolean transposed, boolean doubles) {
  static Gemm of(int m, int n, int k) {
    return new Gemm(1, m, n, k, false, false);
  }

  static Gemm square(int size) {
    return of(size, size, size);
  }

  Gemm withTransposed() {
    return new Gemm(batch, m, n, k, true, doubles);
  }

  Gemm withDoubles() {
    return new Gemm(batch, m, n, k, transposed, true);
  }

  Gemm withBatch(int size) {
    return new Gemm(size, m, n, k, transposed, doubles);
  }

  boolean hasBatch() {
    return batch > 1;
  }

  boolean isVector() {
    return n == 1;
  }

  /** Of one first matrix, as it is stored. */
  int rows() {
    return transposed ? k : m;
  }

  /** Of one first matrix, as it is stored. */
  int columns() {
    return transposed ? m : k;
  }

  /** The elements of all first matrices, and so on. */
  int sizeOfA() {
    return batch * m * k;
  }

  int sizeOfB() {
    return batch * k * n;
  }

  int sizeOfC() {
    return batch * m * n;
  }

  float[] a() {
    return Inputs.uniform(sizeOfA(), 61);
  }

  float[] b() {
    return Inputs.uniform(sizeOfB(), 62);
  }

  double[] doublesOfA() {
    return widened(a());
  }

  double[] doublesOfB() {
    return widened(b());
  }

  private static double[] widened(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  /** What is compared of a product. */
  static double meanSquare(float[] values) {
    double sum = 0;
    for (float each : values) {
      sum += (double) each * each;
    }
    return sum / values.length;
  }

  static double meanSquare(double[] values) {
    double sum = 0;
    for (double each : values) {
      sum += each * each;
    }
    return sum / values.length;
  }

  /** Two for each multiplication with addition. */
  long flops() {
    return 2L * batch * m * n * k;
  }

  /** Of a matrix that is read for one vector, which is its limit; 0 for other products. */
  long bytes() {
    return isVector() ? (long) sizeOfA() * Float.BYTES : 0;
  }

  String description() {
    return (hasBatch() ? batch + " times " : "")
        + m
        + " × "
        + k
        + (transposed ? ", stored as its transpose, by " : " by ")
        + k
        + (isVector() ? "" : " × " + n)
        + (doubles ? ", float64" : ", float32");
  }
}
