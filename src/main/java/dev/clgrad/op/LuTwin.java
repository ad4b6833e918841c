package dev.clgrad.op;

import dev.clgrad.backend.RangeBody;
import dev.clgrad.backend.TwinCall;
import java.util.Arrays;

/**
 * The kernels of lu in Java, in double: panels of columns are eliminated one column at a time, and
 * what is right of them by a matrix product.
 */
final class LuTwin {
  private static final int PANEL = 32;

  /** Rows that one thread multiplies at a time. */
  private static final int ROWS = 64;

  private LuTwin() {}

  /** One matrix on its way to its factors. */
  private record Work(TwinCall call, int n, double[] a, long[] order) {}

  static void factor(TwinCall call) {
    int n = (int) call.integer(6);
    long batches = call.integer(5);
    long grain = Math.max(1, 32768 / Math.max(1, (long) n * n * n));
    RangeBody body =
        (begin, end) -> {
          for (int p = (int) begin; p < end; p++) {
            factor(call, p, n, batches == 1);
          }
        };
    if (batches == 1) {
      // Its products get the threads.
      body.run(0, 1);
    } else {
      call.parallel(batches, grain, body);
    }
  }

  private static void factor(TwinCall call, int p, int n, boolean parallel) {
    Work w = new Work(call, n, new double[n * n], new long[n]);
    Arrays.setAll(w.order, i -> i);
    DoubleMatrix.read(call, 0, p * n * n, 1, w.a, 0, n * n);
    double sign = 1;
    for (int first = 0; first < n; first += PANEL) {
      int end = Math.min(first + PANEL, n);
      for (int k = first; k < end; k++) {
        sign *= eliminate(w, p, k, end);
      }
      if (end < n) {
        top(w, first, end);
        rest(w, first, end, parallel);
      }
    }
    DoubleMatrix.write(call, 1, p * n * n, w.a, 0, n * n);
    System.arraycopy(w.order, 0, call.longs(2), call.offset(2) + p * n, n);
    DoubleMatrix.write(call, 3, p, new double[] {sign}, 0, 1);
  }

  /**
   * Chooses the pivot of a column and eliminates below it, within a panel.
   *
   * @return -1 if rows were exchanged, else 1
   */
  private static int eliminate(Work w, int p, int k, int end) {
    double[] a = w.a;
    int n = w.n;
    int pivotRow = k;
    for (int i = k + 1; i < n; i++) {
      if (Math.abs(a[i * n + k]) > Math.abs(a[pivotRow * n + k])) {
        pivotRow = i;
      }
    }
    if (pivotRow != k) {
      for (int j = 0; j < n; j++) {
        double value = a[k * n + j];
        a[k * n + j] = a[pivotRow * n + j];
        a[pivotRow * n + j] = value;
      }
      long place = w.order[k];
      w.order[k] = w.order[pivotRow];
      w.order[pivotRow] = place;
    }
    double pivot = a[k * n + k];
    if (pivot == 0 && w.call.integer(7) != 0) {
      w.call.fail(4, p);
    }
    for (int i = k + 1; i < n; i++) {
      if (pivot != 0) {
        a[i * n + k] /= pivot;
      }
      double factor = a[i * n + k];
      for (int j = k + 1; j < end; j++) {
        a[i * n + j] -= factor * a[k * n + j];
      }
    }
    return pivotRow == k ? 1 : -1;
  }

  /** The rows of a panel, right of it. */
  private static void top(Work w, int first, int end) {
    for (int k = first; k < end; k++) {
      for (int i = k + 1; i < end; i++) {
        double factor = w.a[i * w.n + k];
        for (int j = end; j < w.n; j++) {
          w.a[i * w.n + j] -= factor * w.a[k * w.n + j];
        }
      }
    }
  }

  /** What is below and right of a panel. */
  private static void rest(Work w, int first, int end, boolean parallel) {
    int n = w.n;
    int width = end - first;
    int columns = n - end;
    double[] right = new double[width * columns];
    for (int k = 0; k < width; k++) {
      System.arraycopy(w.a, (first + k) * n + end, right, k * columns, columns);
    }
    RangeBody body =
        (begin, behind) -> {
          for (int block = (int) begin; block < behind; block++) {
            int i = end + block * ROWS;
            int rows = Math.min(ROWS, n - i);
            double[] left = new double[rows * width];
            for (int r = 0; r < rows; r++) {
              for (int k = 0; k < width; k++) {
                left[r * width + k] = -w.a[(i + r) * n + first + k];
              }
            }
            w.call
                .lanes()
                .gemm(
                    rows,
                    columns,
                    width,
                    left,
                    0,
                    width,
                    1,
                    right,
                    0,
                    columns,
                    1,
                    w.a,
                    i * n + end,
                    n,
                    true);
          }
        };
    int blocks = (columns + ROWS - 1) / ROWS;
    if (parallel && blocks > 1) {
      w.call.parallel(blocks, 1, body);
    } else {
      body.run(0, blocks);
    }
  }

  static void permute(TwinCall call) {
    int n = (int) call.integer(4);
    int k = (int) call.integer(5);
    boolean back = call.integer(6) != 0;
    long rows = k == 0 ? 0 : call.integer(3) / k;
    call.parallel(
        rows,
        Math.max(1, 8192 / Math.max(1, k)),
        (begin, end) -> {
          for (int row = (int) begin; row < end; row++) {
            int moved = row - row % n + (int) call.longs(1)[call.offset(1) + row];
            int from = call.offset(0) + (back ? row : moved) * k;
            int to = call.offset(2) + (back ? moved : row) * k;
            copy(call.array(0), from, call.array(2), to, k);
          }
        });
  }

  // Elements move between arrays of one type, whichever it is.
  @SuppressWarnings("SuspiciousSystemArraycopy")
  private static void copy(Object from, int at, Object to, int toAt, int n) {
    System.arraycopy(from, at, to, toAt, n);
  }

  static void det(TwinCall call) {
    int n = (int) call.integer(4);
    double[] one = new double[1];
    double[] diagonal = new double[n];
    for (int p = 0; p < call.integer(3); p++) {
      DoubleMatrix.read(call, 1, p, 1, one, 0, 1);
      DoubleMatrix.read(call, 0, p * n * n, n + 1, diagonal, 0, n);
      for (double value : diagonal) {
        one[0] *= value;
      }
      DoubleMatrix.write(call, 2, p, one, 0, 1);
    }
  }
}
