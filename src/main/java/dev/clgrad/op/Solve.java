package dev.clgrad.op;

import dev.clgrad.DataException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Gradient;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * solve: the solution x of a x = b by elimination with partial pivoting; db = a⁻ᵀ dx, with the same
 * factors, and da = -db xᵀ.
 */
public final class Solve extends CompositeOp {
  private static final Solve OP = new Solve();

  private Solve() {
    super("solve");
  }

  @Override
  public String nodeName() {
    return "LinalgSolveExBackward0";
  }

  /**
   * The solutions of linear systems.
   *
   * @param a of shape (…, n, n)
   * @param b of shape (…, n, k), or (n), or with the shape of a without its last size: then each
   *     system has a vector on its right
   * @throws ShapeException if a is not square or b does not fit it
   * @throws dev.clgrad.DTypeException if the dtypes are not floating-point or differ
   * @throws DataException if a matrix is singular: at once on the CPU, at the next read elsewhere
   */
  public static Variable of(Variable a, Variable b) {
    Matrices.checkSquare(OP.name(), a);
    Matrices.checkTypes(OP.name(), a, b);
    long n = a.shape().size(-1);
    boolean vector = b.rank() == 1 || b.shape().equals(Matrices.with(Matrices.batch(a.shape()), n));
    boolean fits = b.rank() >= 1 && b.shape().size(vector ? -1 : -2) == n;
    if (!fits) {
      throw new ShapeException(
          "solve: right-hand sides of shape "
              + b.shape()
              + " do not fit matrices of shape "
              + a.shape()
              + "; expected [..., "
              + n
              + ", k] or vectors of "
              + n);
    }
    return vector ? Squeeze.of(matrices(a, Unsqueeze.of(b, -1)), -1) : matrices(a, b);
  }

  private static Variable matrices(Variable a, Variable b) {
    Shape batch = Shape.broadcast(OP.name(), Matrices.batch(a.shape()), Matrices.batch(b.shape()));
    Variable repeated = Matrices.repeated(a, batch);
    LuFactors factors = LuFactors.of(OP.name(), repeated, true);
    Reduction.release(repeated, a);
    Variable sides = Matrices.repeated(b, batch);
    Variable x = factors.solve(sides, false);
    Reduction.release(sides, b);
    Shape shapeA = a.shape();
    Shape shapeB = b.shape();
    Node.record(
        OP.nodeName(),
        List.of(a, b),
        List.of(x),
        List.of(a, x, factors.lu(), factors.order(), factors.sign()),
        c -> {
          Variable db = gradientB(c);
          @Nullable Variable da = null;
          if (c.needs(0)) {
            Variable product = Matmul.of(OP.name(), db, Transpose.of(c.saved(1), -2, -1));
            da = Broadcast.reduceTo(Neg.of(product), shapeA, db.dtype());
          }
          return new @Nullable Variable[] {
            da, c.needs(1) ? Broadcast.reduceTo(db, shapeB, db.dtype()) : null
          };
        });
    // What backward reads has been saved, and so shared, above.
    factors.close();
    return x;
  }

  private static Variable gradientB(Gradient.Context c) {
    if (c.createGraph()) {
      return matrices(Transpose.of(c.saved(0), -2, -1), c.dy());
    }
    LuFactors factors = new LuFactors(OP.name(), c.saved(2), c.saved(3), c.saved(4));
    return factors.solve(c.dy(), true);
  }
}
