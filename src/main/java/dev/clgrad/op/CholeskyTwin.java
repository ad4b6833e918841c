package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;

/** The kernel of cholesky in Java, in double: rows as inner products of rows. */
final class CholeskyTwin {
  private CholeskyTwin() {}

  static void factor(TwinCall call) {
    int n = (int) call.integer(4);
    call.parallel(
        call.integer(3),
        Math.max(1, 4096 / Math.max(1, (long) n * n * n)),
        (begin, end) -> {
          double[] y = new double[n * n];
          for (int p = (int) begin; p < end; p++) {
            DoubleMatrix.read(call, 0, p * n * n, 1, y, 0, n * n);
            factor(call, p, y, n);
            DoubleMatrix.write(call, 1, p * n * n, y, 0, n * n);
          }
        });
  }

  private static void factor(TwinCall call, int p, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double rest = y[i * n + j] - call.lanes().dot(y, i * n, y, j * n, j);
        if (i == j && !(rest > 0)) {
          call.fail(2, p);
        }
        y[i * n + j] = i == j ? Math.sqrt(rest) : rest / y[j * n + j];
      }
      for (int j = i + 1; j < n; j++) {
        y[i * n + j] = 0;
      }
    }
  }
}
