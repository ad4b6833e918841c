package dev.clgrad.op;

import dev.clgrad.ClgradException;
import dev.clgrad.DataException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * cholesky: the lower triangular y with y yᵀ = a; da = y⁻ᵀ s y⁻¹ with s the symmetric part of yᵀ dy
 * below the diagonal and half of it on the diagonal (Giles 2008). The upper one is its transpose.
 */
public final class Cholesky extends KernelOp {
  private static final Cholesky OP = new Cholesky();
  private static final int GROUP = 256;

  private Cholesky() {
    super("cholesky", "linalg/cholesky.cl");
  }

  /**
   * The Cholesky factor of positive definite matrices, of which one triangle is read.
   *
   * @param a of shape (…, n, n)
   * @param upper whether the upper triangle is read, and the factor is upper triangular
   * @throws dev.clgrad.ShapeException if a is not square
   * @throws dev.clgrad.DTypeException if it is not floating-point
   * @throws DataException if a matrix is not positive definite: at once on the CPU, at the next
   *     read elsewhere
   */
  public static Variable of(Variable a, boolean upper) {
    Matrices.checkSquare(OP.name(), a);
    return upper ? Transpose.of(lower(Transpose.of(a, -2, -1)), -2, -1) : lower(a);
  }

  private static Variable lower(Variable a) {
    Variable x = Matrices.contiguous(a);
    Shape shape = a.shape();
    Shape batch = Matrices.batch(shape);
    Variable y =
        new Variable(
            a.scheduler().newStorage(OP.name(), a.dtype(), shape), Layout.contiguous(shape));
    boolean vectors = KernelSizes.vectors(a);
    int width = vectors ? Matrices.width(a) : 1;
    KernelTask.Builder task =
        KernelTask.of(
            OP.name(),
            ProgramSource.ofFile(OP.kernelFile(), a.dtype(), width),
            vectors ? "cholesky_forward" : "cholesky_forward_group");
    task.in(x.value()).out(y.value()).status(new Arg.Status(p -> indefinite(p, batch)));
    task.i64(batch.numel()).i64(shape.size(-1));
    int local = vectors ? 1 : GROUP;
    long[] global = {Math.max(1, batch.numel()) * local};
    a.scheduler().add(task.build(global, KernelSizes.local(local), CholeskyTwin::factor));
    Reduction.release(x, a);
    Node.record(
        OP.nodeName(),
        List.of(a),
        List.of(y),
        List.of(y),
        c -> new @Nullable Variable[] {gradient(c.dy(), c.saved(0))});
    return y;
  }

  private static Variable gradient(Variable dy, Variable y) {
    Variable product = Matmul.of(OP.name(), Transpose.of(y, -2, -1), dy);
    Variable below = Matrices.triangle(product, false, true);
    Variable withDiagonal = Matrices.triangle(product, false, false);
    Variable s = Mul.of(Add.of(withDiagonal, Transpose.of(below, -2, -1)), (Number) 0.5);
    Variable half = TriangularSolve.of(s, y, false, true, false);
    Variable da = TriangularSolve.of(Transpose.of(half, -2, -1), y, false, true, false);
    return Transpose.of(da, -2, -1);
  }

  private static ClgradException indefinite(long p, Shape batch) {
    return new DataException(
        "cholesky: "
            + (batch.rank() == 0 ? "the matrix" : "matrix " + p + " of the batch of shape " + batch)
            + " is not positive definite; check that it is symmetric, or add a small multiple of the"
            + " identity");
  }
}
