package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.tape.Gradient;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * det: the determinant y of matrices, by elimination with partial pivoting; da = dy y a⁻ᵀ, which is
 * dy times the cofactors and so finite for singular matrices too.
 */
public final class Det extends CompositeOp {
  private static final Det OP = new Det();

  private Det() {
    super("det");
  }

  @Override
  public String nodeName() {
    return "LinalgDetBackward0";
  }

  /**
   * The determinants of matrices. A singular one has a gradient, but none of second order: that is
   * the error of inv.
   *
   * @param a of shape (…, n, n)
   * @return of the shape before the last two dimensions
   * @throws dev.clgrad.ShapeException if a is not square
   * @throws dev.clgrad.DTypeException if it is not floating-point
   */
  public static Variable of(Variable a) {
    Matrices.checkSquare(OP.name(), a);
    LuFactors factors = LuFactors.of(OP.name(), a, false);
    Variable y = factors.det();
    Node.record(
        OP.nodeName(),
        List.of(a),
        List.of(y),
        List.of(a, y, factors.lu(), factors.order(), factors.sign()),
        c -> new @Nullable Variable[] {c.createGraph() ? gradient(c) : backward(c)});
    // What backward reads has been saved, and so shared, above.
    factors.close();
    return y;
  }

  private static Variable gradient(Gradient.Context c) {
    Variable transposed = Transpose.of(Inv.of(c.saved(0)), -2, -1);
    return Mul.of(column(Mul.of(c.dy(), c.saved(1))), transposed);
  }

  /**
   * The cofactors by the factors, with pivots of 0 replaced by a number so small that it changes
   * nothing else: it cancels in the product of the determinant and the inverse.
   */
  private static Variable backward(Gradient.Context c) {
    Variable lu = c.saved(2).detach();
    long n = lu.shape().size(-1);
    double tiny = lu.dtype() == DType.FLOAT32 ? 0x1p-40 : 0x1p-300;
    Variable diagonal = Eye.of(lu.scheduler(), DType.BOOL, n, n);
    Variable replaced = Where.of(Eq.of(lu, 0), (Number) tiny, lu);
    Variable regular = Where.of(diagonal, replaced, lu);
    LuFactors factors = new LuFactors(OP.name(), regular, c.saved(3).detach(), c.saved(4).detach());
    Variable det = factors.det();
    Variable inverse = Inv.inverse(factors, lu.shape());
    Variable da = Mul.of(column(Mul.of(c.dy(), det)), Transpose.of(inverse, -2, -1));
    regular.storage().close();
    return da;
  }

  /** With two dimensions of size 1 behind. */
  private static Variable column(Variable x) {
    return Unsqueeze.of(Unsqueeze.of(x, -1), -1);
  }
}
