package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;

/**
 * A matrix product as the kernels take it: batches in at most two dimensions and a stride for
 * everything. Chooses the kernel.
 */
final class MatrixProduct {
  private static final String FILE = "matmul/matmul.cl";
  private static final int LOCAL = 64;

  /** Rows and columns of C that one thread of the CPU works on at a time. */
  private static final int BLOCK = 192;

  private MatrixProduct() {}

  /** One operand: where it begins and its strides over batches, rows and columns. */
  private record Operand(Variable variable, long outer, long inner, long row, long col) {}

  /**
   * Adds the tasks that compute y = a b.
   *
   * @param a of shape (…, m, k)
   * @param b of shape (…, k, n)
   * @param y contiguous, of as many elements as (batch, m, n)
   * @param batch what the dimensions before the last two broadcast to
   */
  static void add(String op, Variable a, Variable b, Variable y, Shape batch) {
    long m = a.shape().size(-2);
    long k = a.shape().size(-1);
    long n = b.shape().size(-1);
    Variable left = a.detach();
    Variable right = b.detach();
    if (right.rank() == 2 && left.rank() > 2) {
      // The rows of all batches are the rows of one matrix, where they lie so.
      Layout rows = left.layout().reshape(Shape.of(batch.numel() * m, k));
      if (rows != null) {
        add(op, new Variable(left.storage(), rows), right, y, Shape.SCALAR);
        return;
      }
    }
    long[] sizes = batch.toArray();
    long[] stridesA = batchStrides(left.layout(), batch);
    long[] stridesB = batchStrides(right.layout(), batch);
    int dims = merge(sizes, stridesA, stridesB);
    if (dims > 2) {
      left = contiguous(left, batch);
      right = contiguous(right, batch);
      sizes = batch.toArray();
      stridesA = batchStrides(left.layout(), batch);
      stridesB = batchStrides(right.layout(), batch);
      dims = merge(sizes, stridesA, stridesB);
    }
    long innerBatches = dims == 0 ? 1 : sizes[dims - 1];
    Operand x = operand(left, stridesA, dims);
    Operand z = operand(right, stridesB, dims);
    KernelTask.Builder task =
        KernelTask.of(op, ProgramSource.ofFile(FILE, y.dtype(), 1), "matmul_forward");
    task.in(x.variable.value()).in(z.variable.value()).out(y.value());
    task.i64(batch.numel()).i64(Math.max(innerBatches, 1)).i64(m).i64(n).i64(k);
    task.i64(x.outer).i64(x.inner).i64(x.row).i64(x.col);
    task.i64(z.outer).i64(z.inner).i64(z.row).i64(z.col);
    long items = batch.numel() * m * n;
    y.scheduler()
        .add(
            task.build(
                new long[] {(items + LOCAL - 1) / LOCAL * LOCAL},
                new long[] {LOCAL},
                MatrixProduct::twin));
  }

  private static Variable contiguous(Variable x, Shape batch) {
    long[] sizes = java.util.Arrays.copyOf(batch.toArray(), batch.rank() + 2);
    sizes[batch.rank()] = x.shape().size(-2);
    sizes[batch.rank() + 1] = x.shape().size(-1);
    Layout expanded = x.layout().expand("matmul", Shape.of(sizes));
    return Cast.copy(new Variable(x.storage(), expanded));
  }

  private static long[] batchStrides(Layout layout, Shape batch) {
    long[] strides = new long[batch.rank()];
    int lead = batch.rank() - (layout.rank() - 2);
    for (int d = lead; d < batch.rank(); d++) {
      strides[d] = layout.size(d - lead) == 1 ? 0 : layout.stride(d - lead);
    }
    return strides;
  }

  /**
   * Drops dimensions of size 1 and merges neighbors where both operands allow; in place.
   *
   * @return how many are left
   */
  private static int merge(long[] sizes, long[] stridesA, long[] stridesB) {
    int kept = 0;
    for (int d = 0; d < sizes.length; d++) {
      if (sizes[d] == 1) {
        continue;
      }
      boolean merges =
          kept > 0
              && stridesA[kept - 1] == stridesA[d] * sizes[d]
              && stridesB[kept - 1] == stridesB[d] * sizes[d];
      int at = merges ? kept - 1 : kept++;
      sizes[at] = merges ? sizes[at] * sizes[d] : sizes[d];
      stridesA[at] = stridesA[d];
      stridesB[at] = stridesB[d];
    }
    return kept;
  }

  private static Operand operand(Variable x, long[] strides, int dims) {
    Layout layout = x.layout();
    return new Operand(
        x,
        dims < 2 ? 0 : strides[0],
        dims == 0 ? 0 : strides[dims - 1],
        layout.stride(x.rank() - 2),
        layout.stride(x.rank() - 1));
  }

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

  /** Blocks of C for all cores; the bits do not depend on the blocks. */
  private static void twin(TwinCall call) {
    Problem p =
        new Problem(
            call,
            (int) call.integer(5),
            (int) call.integer(6),
            (int) call.integer(7),
            (int) call.integer(4));
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
            block(p, batch, i, j, Math.min(BLOCK, p.m - i), Math.min(BLOCK, p.n - j));
          }
        });
  }

  private static void block(Problem p, int batch, int i, int j, int rows, int cols) {
    TwinCall call = p.call;
    int a = p.offset(0, batch) + i * p.row(0);
    int b = p.offset(1, batch) + j * p.col(1);
    int y = call.offset(2) + (batch * p.m + i) * p.n + j;
    Lanes lanes = call.lanes();
    switch (call.dtype(2)) {
      case FLOAT32 ->
          lanes.gemm(
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
