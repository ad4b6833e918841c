package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * norm: y = (Σ |x|^p)^(1/p) over dimensions; dx = dy sign(x) (|x| / y)^(p - 1), 0 at 0. For p = 0
 * the number of x that are not 0, for infinities the largest and smallest |x|.
 */
public final class Norm extends CompositeOp {
  private static final Norm OP = new Norm();

  private Norm() {
    super("norm");
  }

  /**
   * The p-norm over dimensions.
   *
   * @param p the exponent: 2 for the Euclidean and Frobenius norm, any other number, an infinity
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1
   * @throws dev.clgrad.ShapeException if a dimension is out of range or named twice, or has no
   *     elements and p is infinite
   * @throws DTypeException for integers and bool
   */
  public static Variable of(Variable x, double p, int[] dims, boolean keepdim) {
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          "norm: takes floating-point numbers, not "
              + x.dtype()
              + "; convert with to(DType.FLOAT32)");
    }
    int[] over = Dims.of(OP.name(), x.shape(), dims);
    if (Double.isInfinite(p)) {
      ArgMax.checkNotEmpty(OP.name(), x, over);
      Variable sizes = Abs.of(x);
      return p > 0 ? Amax.of(sizes, over, keepdim) : Amin.of(sizes, over, keepdim);
    }
    if (p == 1) {
      return Sum.of(Abs.of(x), over, keepdim);
    }
    if (p == 0) {
      return counted(x, over, keepdim);
    }
    Variable from = x.detach();
    Variable y =
        p == 2
            ? Sqrt.of(Sum.of(Square.of(from), over, keepdim))
            : Pow.of(Sum.of(Pow.of(Abs.of(from), p), over, keepdim), 1 / p);
    Shape kept = Reduction.keptShape(x.shape(), over);
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(x, y),
        c -> {
          Variable dy = Reshape.of(c.dy(), kept);
          return new @Nullable Variable[] {
            gradient(dy, c.saved(0), Reshape.of(c.saved(1), kept), p)
          };
        });
    return y;
  }

  /** How many x are not 0, which no small change of x changes. */
  private static Variable counted(Variable x, int[] dims, boolean keepdim) {
    Variable mask = Ne.of(x.detach(), 0);
    Variable y = Cast.to(CountNonzero.trues(mask, dims, keepdim), x.dtype());
    Shape shape = x.shape();
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {Fill.of(c.dy().scheduler(), c.dy().dtype(), shape, 0)});
    return y;
  }

  private static Variable gradient(Variable dy, Variable x, Variable y, double p) {
    if (p == 2) {
      return Mul.of(x, Where.of(Eq.of(y, 0), 0, Div.of(dy, y)));
    }
    // Where x is 0, so is the gradient: neither 0 / 0 nor the infinity of p < 1 may come in.
    Variable zero = Eq.of(x, 0);
    Variable share = Pow.of(Div.of(Where.of(zero, 1, Abs.of(x)), Where.of(zero, 1, y)), p - 1);
    Variable signed = Where.of(Lt.of(x, 0), Neg.of(share), share);
    return Where.of(zero, 0, Mul.of(dy, signed));
  }
}
