package dev.clgrad.op;

import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.DataException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;

/**
 * P A = L U of each of a batch of matrices, not recorded: what solve, inv and det compute with. The
 * kernels are those of {@code linalg/lu.cl}.
 *
 * @param op the operation that asks
 * @param lu both triangles, of the shape of A
 * @param order which row of A each row of P A is, int64
 * @param sign the determinant of P
 */
record LuFactors(String op, Variable lu, Variable order, Variable sign) {
  private static final String FILE = "linalg/lu.cl";
  private static final int GROUP = 256;

  /**
   * Factors matrices.
   *
   * @param a of shape (…, n, n)
   * @param refuses whether a singular matrix is an error
   */
  static LuFactors of(String op, Variable a, boolean refuses) {
    Variable x = Matrices.contiguous(a);
    Shape batch = Matrices.batch(a.shape());
    long n = a.shape().size(-1);
    Variable lu = scratch(op, a, a.dtype(), a.shape());
    Variable order = scratch(op, a, DType.INT64, Matrices.with(batch, n));
    Variable sign = scratch(op, a, a.dtype(), batch);
    boolean vectors = KernelSizes.vectors(a);
    int width = vectors ? Matrices.width(a) : 1;
    KernelTask.Builder task =
        KernelTask.of(
            op,
            ProgramSource.ofFile(FILE, a.dtype(), width),
            vectors ? "lu_factor" : "lu_factor_group");
    task.in(x.value()).out(lu.value()).out(order.value()).out(sign.value());
    task.status(new Arg.Status(p -> singular(op, p, batch)));
    task.i64(batch.numel()).i64(n).i64(refuses ? 1 : 0);
    int local = vectors ? 1 : GROUP;
    add(a, task, Math.max(1, batch.numel()) * local, local, LuTwin::factor);
    Reduction.release(x, a);
    return new LuFactors(op, lu, order, sign);
  }

  private static ClgradException singular(String op, long p, Shape batch) {
    return new DataException(
        op
            + ": "
            + (batch.rank() == 0 ? "the matrix" : "matrix " + p + " of the batch of shape " + batch)
            + " is singular: elimination met a pivot of 0; add a small multiple of the identity, or"
            + " solve by least squares");
  }

  /**
   * The solution of A x = b, or of Aᵀ x = b.
   *
   * @param b of shape (…, n, k), the dimensions before the last two as those of A
   */
  Variable solve(Variable b, boolean transposed) {
    if (!transposed) {
      Variable first = permuted(b, false);
      Variable middle = TriangularSolve.run(op, lu, first, false, false, true);
      first.storage().close();
      Variable x = TriangularSolve.run(op, lu, middle, true, false, false);
      middle.storage().close();
      return x;
    }
    Variable right = Matrices.contiguous(b);
    Variable first = TriangularSolve.run(op, lu, right, true, true, false);
    Reduction.release(right, b);
    Variable middle = TriangularSolve.run(op, lu, first, false, true, true);
    first.storage().close();
    Variable x = permuted(middle, true);
    middle.storage().close();
    return x;
  }

  /** The product of P with a matrix, or of Pᵀ. */
  private Variable permuted(Variable x, boolean back) {
    Variable from = Matrices.contiguous(x);
    Variable y = scratch(op, x, x.dtype(), x.shape());
    KernelTask.Builder task =
        KernelTask.of(op, ProgramSource.ofFile(FILE, x.dtype(), 1), "lu_permute");
    task.in(from.value()).in(order.value()).out(y.value());
    long items = x.shape().numel();
    task.i64(items).i64(x.shape().size(-2)).i64(x.shape().size(-1)).i64(back ? 1 : 0);
    int local = KernelSizes.ITEMS;
    add(x, task, KernelSizes.global(items, local)[0], local, LuTwin::permute);
    Reduction.release(from, x);
    return y;
  }

  /** The determinants of A, of the shape of the batch. */
  Variable det() {
    Shape batch = Matrices.batch(lu.shape());
    Variable y = scratch(op, lu, lu.dtype(), batch);
    KernelTask.Builder task =
        KernelTask.of(op, ProgramSource.ofFile(FILE, lu.dtype(), 1), "lu_det");
    task.in(lu.value()).in(sign.value()).out(y.value());
    task.i64(batch.numel()).i64(lu.shape().size(-1));
    int local = KernelSizes.ITEMS;
    add(lu, task, KernelSizes.global(batch.numel(), local)[0], local, LuTwin::det);
    return y;
  }

  /** Gives the memory back, as soon as what is pending has read it. */
  void close() {
    lu.storage().close();
    order.storage().close();
    sign.storage().close();
  }

  private static void add(Variable x, KernelTask.Builder task, long global, int local, Twin twin) {
    x.scheduler().add(task.build(new long[] {global}, KernelSizes.local(local), twin));
  }

  private static Variable scratch(String op, Variable like, DType dtype, Shape shape) {
    return new Variable(like.scheduler().newStorage(op, dtype, shape), Layout.contiguous(shape));
  }
}
