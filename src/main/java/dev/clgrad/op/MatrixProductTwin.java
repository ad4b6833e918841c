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
}
