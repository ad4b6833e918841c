package dev.clgrad.op;

import dev.clgrad.DataException;
import dev.clgrad.Shape;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** inv: the inverse y of matrices, by elimination with partial pivoting; da = -yᵀ dy yᵀ. */
public final class Inv extends CompositeOp {
  private static final Inv OP = new Inv();

  private Inv() {
    super("inv");
  }

  @Override
  public String nodeName() {
    return "LinalgInvExBackward0";
  }

  /**
   * The inverses of matrices.
   *
   * @param a of shape (…, n, n)
   * @throws dev.clgrad.ShapeException if a is not square
   * @throws dev.clgrad.DTypeException if it is not floating-point
   * @throws DataException if a matrix is singular: at once on the CPU, at the next read elsewhere
   */
  public static Variable of(Variable a) {
    Matrices.checkSquare(OP.name(), a);
    LuFactors factors = LuFactors.of(OP.name(), a, true);
    Variable y = inverse(factors, a.shape());
    factors.close();
    Node.record(
        OP.nodeName(),
        List.of(a),
        List.of(y),
        List.of(y),
        c -> {
          Variable transposed = Transpose.of(c.saved(0), -2, -1);
          Variable right = Matmul.of(OP.name(), c.dy(), transposed);
          return new @Nullable Variable[] {Neg.of(Matmul.of(OP.name(), transposed, right))};
        });
    return y;
  }

  /** The inverse of what was factored, not recorded. */
  static Variable inverse(LuFactors factors, Shape shape) {
    long n = shape.size(-1);
    Variable eye = Eye.of(factors.lu().scheduler(), factors.lu().dtype(), n, n);
    Variable sides = Matrices.repeated(eye, Matrices.batch(shape));
    Variable y = factors.solve(sides, false);
    Reduction.release(sides, eye);
    eye.storage().close();
    return y;
  }
}
