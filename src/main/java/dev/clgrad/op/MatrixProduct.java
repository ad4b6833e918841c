package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A matrix product as the kernels take it: batches in at most two dimensions and a stride for
 * everything.
 */
final class MatrixProduct {
  final String op;
  final Operand a;
  final Operand b;
  final Variable y;
  final long batches;
  final long innerBatches;
  final long m;
  final long n;
  final long k;

  /** One operand: its strides over batches, rows and columns. */
  record Operand(Variable variable, long outer, long inner, long row, long col) {
    Operand transposed() {
      return new Operand(variable, outer, inner, col, row);
    }
  }

  private MatrixProduct(
      String op, Operand a, Operand b, Variable y, long batches, long innerBatches, long[] mnk) {
    this.op = op;
    this.a = a;
    this.b = b;
    this.y = y;
    this.batches = batches;
    this.innerBatches = innerBatches;
    this.m = mnk[0];
    this.n = mnk[1];
    this.k = mnk[2];
  }

  /**
   * Adds the tasks that compute y = a b.
   *
   * @param a of shape (…, m, k)
   * @param b of shape (…, k, n)
   * @param y contiguous, of as many elements as (batch, m, n)
   * @param batch what the dimensions before the last two broadcast to
   * @param variant the kernel to use, which must fit; null to choose
   */
  static void add(
      String op, Variable a, Variable b, Variable y, Shape batch, @Nullable KernelVariant variant) {
    boolean traced =
        TracedRows.defersViews(
            op,
            List.of(a.detach(), b.detach()),
            List.of(y),
            (rows, in, out) ->
                MatrixProductRows.add(op, rows, in.get(0), in.get(1), out.get(0), batch, variant));
    if (traced) {
      return;
    }
    long m = a.shape().size(-2);
    long k = a.shape().size(-1);
    long n = b.shape().size(-1);
    Variable left = a.detach();
    Variable right = b.detach();
    if (right.rank() == 2 && left.rank() > 2) {
      // The rows of all batches are the rows of one matrix, where they lie so.
      Layout rows = left.layout().reshape(Shape.of(batch.numel() * m, k));
      if (rows != null) {
        add(op, new Variable(left.storage(), rows), right, y, Shape.SCALAR, variant);
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
    long innerBatches = dims == 0 ? 1 : Math.max(sizes[dims - 1], 1);
    Operand x = operand(left, stridesA, dims);
    Operand z = operand(right, stridesB, dims);
    // A column is a row where it lies in memory alone; kernels know rows.
    MatrixProduct product =
        n == 1 && m > 1
            ? new MatrixProduct(
                op, z.transposed(), x.transposed(), y, batch.numel(), innerBatches, mnk(n, m, k))
            : new MatrixProduct(op, x, z, y, batch.numel(), innerBatches, mnk(m, n, k));
    MatrixProductKernels.add(product, variant);
    for (Variable copy : List.of(left, right)) {
      if (copy.storage() != a.storage() && copy.storage() != b.storage()) {
        // The pending product holds what it reads.
        copy.storage().close();
      }
    }
  }

  private static long[] mnk(long m, long n, long k) {
    return new long[] {m, n, k};
  }

  /** A task of a kernel that takes the whole problem, with what all such kernels begin with. */
  KernelTask.Builder task(String file, int width, String defines, String entry, Variable result) {
    KernelTask.Builder task =
        KernelTask.of(op, ProgramSource.ofFile(file, y.dtype(), width, defines), entry);
    task.in(a.variable.value()).in(b.variable.value()).result(result.value(), n);
    task.i64(batches).i64(innerBatches).i64(m).i64(n).i64(k);
    task.i64(a.outer).i64(a.inner).i64(a.row).i64(a.col);
    return task.i64(b.outer).i64(b.inner).i64(b.row).i64(b.col);
  }

  /** A result on the way to the product. */
  Variable scratch(long numel) {
    Shape shape = Shape.of(numel);
    return new Variable(y.scheduler().newStorage(op, y.dtype(), shape), Layout.contiguous(shape));
  }

  private static Variable contiguous(Variable x, Shape batch) {
    long[] sizes = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
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
}
