package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/**
 * Norms of vectors along dimensions, made of other operations. At the zero vector the gradient is
 * 0.
 */
final class VectorNorm {
  private VectorNorm() {}

  /**
   * (Σ |x|^p)^(1/p); for an infinite p the largest or the smallest |x|, for 0 the number of x that
   * are not 0.
   */
  static Variable of(Variable x, double p, int[] dims, boolean keepdim) {
    if (p == 2) {
      return root(Sum.of(Square.of(x), dims, keepdim), p);
    }
    if (p == 0) {
      return Sum.of(Cast.to(Ne.of(x, 0), x.dtype()), dims, keepdim);
    }
    Variable size = Abs.of(x);
    if (p == 1) {
      return Sum.of(size, dims, keepdim);
    }
    if (Double.isInfinite(p)) {
      return p > 0 ? Amax.of(size, dims, keepdim) : Neg.of(Amax.of(Neg.of(size), dims, keepdim));
    }
    if (p > 0 && p < 1) {
      // The power's gradient at 0 is infinite.
      Variable zero = Eq.of(x, 0);
      Variable power = Pow.of(Where.of(zero, 1, size), p);
      return root(Sum.of(Where.of(zero, 0, power), dims, keepdim), p);
    }
    return root(Sum.of(Pow.of(size, p), dims, keepdim), p);
  }

  /** The root of a sum of powers; its gradient at 0 would be infinite. */
  private static Variable root(Variable sum, double p) {
    Variable zero = Eq.of(sum, 0);
    Variable positive = Where.of(zero, 1, sum);
    return Where.of(zero, 0, p == 2 ? Sqrt.of(positive) : Pow.of(positive, 1 / p));
  }
}
