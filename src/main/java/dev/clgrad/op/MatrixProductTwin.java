package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.ParallelLoop;
import dev.clgrad.backend.TwinCall;

/** The matrix product kernels in Java. */
final class MatrixProductTwin {
  /** Rows and columns of y that one thread works on at a time, where threads share no product. */
  private static final int BLOCK = 192;

  /** Products of so many multiplications are worth sharing, if there are few of them or always. */
  private static final long SHAREABLE = 1 << 20;

  private static final long LARGE = 1 << 26;

  /** So many products keep many cores busy with one each. */
  private static final int FEW_BATCHES = 64;

  private MatrixProductTwin() {}

  /** The arguments of the kernels, as the twin reads them. */
  private record Problem(TwinCall call, int m, int n, int k, int innerBatches) {
    int batches() {
      return (int) call.integer(3);
    }

    int offset(int operand, int batch) {
      int at = 8 + 4 * operand;
      return call.offset(operand)
          + batch / innerBatches * (int) call.integer(at)
          + batch % innerBatches * (int) call.integer(at + 1);
    }

    int row(int operand) {
      return (int) call.integer(10 + 4 * operand);
    }

    int col(int operand) {
      return (int) call.integer(11 + 4 * operand);
    }
  }

  /** For all cores; the bits do not depend on how the products are cut. */
  static void product(TwinCall call) {
    Problem p =
        new Problem(
            call,
            (int) call.integer(5),
            (int) call.integer(6),
            (int) call.integer(7),
            (int) call.integer(4));
    long work = (long) p.m * p.n * p.k;
    if (call.dtype(2).isFloating()
        && (work >= LARGE || (work >= SHAREABLE && p.batches() < FEW_BATCHES))) {
      for (int batch = 0; batch < p.batches(); batch++) {
        block(p, call::parallel, batch, 0, 0, p.m, p.n);
      }
      return;
    }
    int down = (p.m + BLOCK - 1) / BLOCK;
    int across = (p.n + BLOCK - 1) / BLOCK;
    long cost = (long) Math.min(p.m, BLOCK) * Math.min(p.n, BLOCK) * Math.max(p.k, 1);
    long grain = Math.max(1, 65536 / Math.max(cost, 1));
    call.parallel(
        (long) p.batches() * down * across,
        grain,
        (begin, end) -> {
          for (long block = begin; block < end; block++) {
            int batch = (int) (block / ((long) down * across));
            int i = (int) (block / across % down) * BLOCK;
            int j = (int) (block % across) * BLOCK;
            int rows = Math.min(BLOCK, p.m - i);
            block(p, ParallelLoop.SEQUENTIAL, batch, i, j, rows, Math.min(BLOCK, p.n - j));
          }
        });
  }

  private static void block(
      Problem p, ParallelLoop threads, int batch, int i, int j, int rows, int cols) {
    TwinCall call = p.call;
    int a = p.offset(0, batch) + i * p.row(0);
    int b = p.offset(1, batch) + j * p.col(1);
    int y = call.offset(2) + (batch * p.m + i) * p.n + j;
    Lanes lanes = call.lanes();
    switch (call.dtype(2)) {
      case FLOAT32 ->
          lanes.gemm(
              threads,
              rows,
              cols,
              p.k,
              call.floats(0),
              a,
              p.row(0),
              p.col(0),
              call.floats(1),
              b,
              p.row(1),
              p.col(1),
              call.floats(2),
              y,
              p.n,
              false);
      case FLOAT64 ->
          lanes.gemm(
              threads,
              rows,
              cols,
              p.k,
              call.doubles(0),
              a,
              p.row(0),
              p.col(0),
              call.doubles(1),
              b,
              p.row(1),
              p.col(1),
              call.doubles(2),
              y,
              p.n,
              false);
      default -> integers(p, a, b, y, rows, cols);
    }
  }

  private static void integers(Problem p, int a, int b, int y, int rows, int cols) {
    Object left = p.call.array(0);
    Object right = p.call.array(1);
    Object out = p.call.array(2);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        long sum = 0;
        for (int l = 0; l < p.k; l++) {
          sum +=
              element(left, a + i * p.row(0) + l * p.col(0))
                  * element(right, b + l * p.row(1) + j * p.col(1));
        }
        int at = y + i * p.n + j;
        if (out instanceof long[] longs) {
          longs[at] = sum;
        } else if (out instanceof int[] ints) {
          ints[at] = (int) sum;
        } else {
          ((byte[]) out)[at] = (byte) sum;
        }
      }
    }
  }

  private static long element(Object array, int index) {
    if (array instanceof long[] longs) {
      return longs[index];
    }
    return array instanceof int[] ints ? ints[index] : ((byte[]) array)[index] & 0xff;
  }

  /** Copies rows of a or columns of b into panels, 0 beyond the edge. */
  static void pack(TwinCall call) {
    int innerBatches = (int) call.integer(2);
    int size = (int) call.integer(3);
    int k = (int) call.integer(4);
    int width = (int) call.integer(5);
    int across = (int) call.integer(8);
    int along = (int) call.integer(9);
    int matrices = (int) call.integer(10);
    int panels = (size + width - 1) / width;
    call.parallel(
        (long) matrices * panels,
        1,
        (begin, end) -> {
          for (int panel = (int) begin; panel < end; panel++) {
            int p = panel / panels;
            int first = panel % panels * width;
            int from =
                call.offset(0)
                    + p / innerBatches * (int) call.integer(6)
                    + p % innerBatches * (int) call.integer(7);
            int to = call.offset(1) + panel * k * width;
            for (int l = 0; l < k; l++) {
              for (int t = 0; t < width; t++) {
                int at = from + (first + t) * across + l * along;
                boolean inside = first + t < size;
                if (call.array(1) instanceof float[] out) {
                  out[to + l * width + t] = inside ? call.floats(0)[at] : 0;
                } else {
                  call.doubles(1)[to + l * width + t] = inside ? call.doubles(0)[at] : 0;
                }
              }
            }
          }
        });
  }

  /** The product of two operands in panels of these widths. */
  static void panels(TwinCall call, int rows, int columns) {
    int innerBatches = (int) call.integer(3);
    int m = (int) call.integer(4);
    int n = (int) call.integer(5);
    int k = (int) call.integer(6);
    int batches = (int) call.integer(12);
    int down = (m + rows - 1) / rows;
    int across = (n + columns - 1) / columns;
    call.parallel(
        (long) batches * down * across,
        16,
        (begin, end) -> {
          for (long tile = begin; tile < end; tile++) {
            int p = (int) (tile / ((long) down * across));
            int i = (int) (tile / across % down);
            int j = (int) (tile % across);
            int outer = p / innerBatches;
            int inner = p % innerBatches;
            int a = (int) (outer * call.integer(8) + inner * call.integer(9)) + i * rows * k;
            int b = (int) (outer * call.integer(10) + inner * call.integer(11)) + j * columns * k;
            int y = call.offset(2) + (p * m + i * rows) * n + j * columns;
            int height = Math.min(rows, m - i * rows);
            int width = Math.min(columns, n - j * columns);
            if (call.array(2) instanceof float[] out) {
              call.lanes()
                  .gemm(
                      height,
                      width,
                      k,
                      call.floats(0),
                      call.offset(0) + a,
                      1,
                      rows,
                      call.floats(1),
                      call.offset(1) + b,
                      columns,
                      1,
                      out,
                      y,
                      n,
                      false);
            } else {
              call.lanes()
                  .gemm(
                      height,
                      width,
                      k,
                      call.doubles(0),
                      call.offset(0) + a,
                      1,
                      rows,
                      call.doubles(1),
                      call.offset(1) + b,
                      columns,
                      1,
                      call.doubles(2),
                      y,
                      n,
                      false);
            }
          }
        });
  }
}
