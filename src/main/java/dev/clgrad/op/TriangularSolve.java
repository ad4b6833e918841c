package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * triangular_solve: the solution x of A x = b or Aᵀ x = b, of A one triangle being read; db = A⁻ᵀ
 * dx (or A⁻¹ dx), the same kernel again, and dA = -db xᵀ (or -x dbᵀ) in that triangle.
 */
public final class TriangularSolve extends KernelOp {
  private static final TriangularSolve OP = new TriangularSolve();
  private static final int GROUP = 128;

  /** Columns that a work-group solves for at once. */
  private static final long GROUP_COLUMNS = 8;

  private TriangularSolve() {
    super("triangular_solve", "linalg/triangular_solve.cl");
  }

  /**
   * The solution for a triangular matrix. A 0 on its diagonal gives infinities or NaN.
   *
   * @param b the right-hand sides, of shape (…, n, k)
   * @param a of shape (…, n, n); the dimensions before the last two broadcast
   * @param upper which triangle of a is read
   * @param transpose whether its transpose is solved for
   * @param unitriangular whether its diagonal counts as ones and is not read
   * @throws ShapeException if a is not square or b does not fit it
   * @throws dev.clgrad.DTypeException if the dtypes are not floating-point or differ
   */
  public static Variable of(
      Variable b, Variable a, boolean upper, boolean transpose, boolean unitriangular) {
    Shape batch = check(b, a);
    Variable matrices = Matrices.repeated(a, batch);
    Variable sides = Matrices.repeated(b, batch);
    Variable x = run(OP.name(), matrices, sides, upper, transpose, unitriangular);
    Reduction.release(matrices, a);
    Reduction.release(sides, b);
    Shape shapeB = b.shape();
    Shape shapeA = a.shape();
    Node.record(
        OP.nodeName(),
        List.of(b, a),
        List.of(x),
        List.of(a, x),
        c -> {
          Variable db = of(c.dy(), c.saved(0), upper, !transpose, unitriangular);
          @Nullable Variable da = null;
          if (c.needs(1)) {
            Variable left = transpose ? c.saved(1) : db;
            Variable right = transpose ? db : c.saved(1);
            Variable product = Matmul.of(OP.name(), left, Transpose.of(right, -2, -1));
            Variable triangle = Matrices.triangle(Neg.of(product), upper, unitriangular);
            da = Broadcast.reduceTo(triangle, shapeA, triangle.dtype());
          }
          return new @Nullable Variable[] {
            c.needs(0) ? Broadcast.reduceTo(db, shapeB, db.dtype()) : null, da
          };
        });
    return x;
  }

  private static Shape check(Variable b, Variable a) {
    Matrices.checkSquare(OP.name(), a);
    Matrices.checkTypes(OP.name(), a, b);
    if (b.rank() < 2 || b.shape().size(-2) != a.shape().size(-1)) {
      throw new ShapeException(
          "triangular_solve: right-hand sides of shape "
              + b.shape()
              + " do not fit matrices of shape "
              + a.shape()
              + "; expected [..., "
              + a.shape().size(-1)
              + ", k]");
    }
    return Shape.broadcast(OP.name(), Matrices.batch(b.shape()), Matrices.batch(a.shape()));
  }

  /**
   * The solution, not recorded, for matrices and right-hand sides without gaps and of one batch.
   *
   * @param op the operation that asks
   */
  static Variable run(
      String op, Variable a, Variable b, boolean upper, boolean transpose, boolean unit) {
    long n = a.shape().size(-1);
    long k = b.shape().size(-1);
    long batches = Matrices.batch(b.shape()).numel();
    Variable x =
        new Variable(
            b.scheduler().newStorage(op, b.dtype(), b.shape()), Layout.contiguous(b.shape()));
    boolean vectors = KernelSizes.vectors(a);
    int width = vectors ? Matrices.width(a) : 1;
    KernelTask.Builder task =
        KernelTask.of(
            op,
            ProgramSource.ofFile(OP.kernelFile(), a.dtype(), width),
            vectors ? "triangular_solve_forward" : "triangular_solve_forward_group");
    task.in(a.value()).in(b.value()).out(x.value()).i64(batches).i64(n).i64(k);
    task.i64(transpose ? 1 : n).i64(transpose ? n : 1);
    task.i64(upper == transpose ? 1 : 0).i64(unit ? 1 : 0);
    long[] global;
    if (vectors) {
      global = new long[] {Math.max(1, batches * ((k + width - 1) / width))};
    } else {
      long columns = Math.max(1, Math.min(k, GROUP_COLUMNS));
      task.i64(columns);
      global = new long[] {Math.max(1, batches * ((k + columns - 1) / columns)) * GROUP};
    }
    long[] local = KernelSizes.local(vectors ? 1 : GROUP);
    b.scheduler().add(task.build(global, local, TriangularTwin::solve));
    return x;
  }
}
