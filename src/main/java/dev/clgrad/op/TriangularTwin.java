package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;
import java.util.Arrays;

/**
 * The kernel of triangular_solve in Java, in double. Rows are taken in the order in which they are
 * solved, so that the matrix is always a lower one; blocks of them subtract what is solved already
 * by a matrix product.
 */
final class TriangularTwin {
  private static final int BLOCK = 64;

  /** Columns that one thread solves for at a time. */
  private static final int COLUMNS = 64;

  private TriangularTwin() {}

  static void solve(TwinCall call) {
    int n = (int) call.integer(4);
    int k = (int) call.integer(5);
    int blocks = (k + COLUMNS - 1) / COLUMNS;
    long cost = Math.max(1, (long) n * n * Math.min(k, COLUMNS));
    call.parallel(
        call.integer(3) * blocks,
        Math.max(1, 32768 / cost),
        (begin, end) -> {
          double[] negative = new double[n * n];
          int read = -1;
          for (int at = (int) begin; at < end; at++) {
            int p = at / blocks;
            if (p != read) {
              matrix(call, p, n, negative);
              read = p;
            }
            int column = at % blocks * COLUMNS;
            columns(call, p, n, k, column, Math.min(COLUMNS, k - column), negative);
          }
        });
  }

  /** The matrix as a lower one, with the other sign below its diagonal. */
  private static void matrix(TwinCall call, int p, int n, double[] to) {
    int row = (int) call.integer(6);
    int col = (int) call.integer(7);
    boolean forward = call.integer(8) != 0;
    Arrays.fill(to, 0);
    for (int i = 0; i < n; i++) {
      int place = forward ? i : n - 1 - i;
      int first = p * n * n + place * row + (forward ? 0 : (n - 1) * col);
      DoubleMatrix.read(call, 0, first, forward ? col : -col, to, i * n, i + 1);
      for (int l = 0; l < i; l++) {
        to[i * n + l] = -to[i * n + l];
      }
      if (call.integer(9) != 0) {
        to[i * n + i] = 1;
      }
    }
  }

  private static void columns(
      TwinCall call, int p, int n, int k, int column, int count, double[] negative) {
    boolean forward = call.integer(8) != 0;
    double[] x = new double[n * count];
    for (int i = 0; i < n; i++) {
      int from = (p * n + (forward ? i : n - 1 - i)) * k + column;
      DoubleMatrix.read(call, 1, from, 1, x, i * count, count);
    }
    for (int first = 0; first < n; first += BLOCK) {
      int rows = Math.min(BLOCK, n - first);
      if (first > 0) {
        subtract(call, negative, first, rows, n, x, count);
      }
      for (int i = first; i < first + rows; i++) {
        for (int l = first; l < i; l++) {
          double factor = negative[i * n + l];
          for (int c = 0; c < count; c++) {
            x[i * count + c] += factor * x[l * count + c];
          }
        }
        for (int c = 0; c < count; c++) {
          x[i * count + c] /= negative[i * n + i];
        }
      }
    }
    for (int i = 0; i < n; i++) {
      int to = (p * n + (forward ? i : n - 1 - i)) * k + column;
      DoubleMatrix.write(call, 2, to, x, i * count, count);
    }
  }

  /** Takes the rows before {@code first}, which are solved, off the next ones. */
  private static void subtract(
      TwinCall call, double[] negative, int first, int rows, int n, double[] x, int count) {
    double[] block = Arrays.copyOfRange(x, first * count, (first + rows) * count);
    call.lanes()
        .gemm(rows, count, first, negative, first * n, n, 1, x, 0, count, 1, block, 0, count, true);
    System.arraycopy(block, 0, x, first * count, block.length);
  }
}
