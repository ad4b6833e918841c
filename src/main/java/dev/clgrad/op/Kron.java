package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.tape.Variable;

/** kron: the Kronecker product: each element of a times the whole of b, in blocks. */
public final class Kron extends CompositeOp {
  private static final Kron OP = new Kron();

  private Kron() {
    super("kron");
  }

  /** The Kronecker product; the one of fewer dimensions counts as having size 1 in front. */
  public static Variable of(Variable a, Variable b) {
    int rank = Math.max(a.rank(), b.rank());
    long[] left = new long[2 * rank];
    long[] right = new long[2 * rank];
    long[] sizes = new long[rank];
    for (int d = 0; d < rank; d++) {
      long sizeA = d < rank - a.rank() ? 1 : a.shape().size(d - rank + a.rank());
      long sizeB = d < rank - b.rank() ? 1 : b.shape().size(d - rank + b.rank());
      left[2 * d] = sizeA;
      left[2 * d + 1] = 1;
      right[2 * d] = 1;
      right[2 * d + 1] = sizeB;
      sizes[d] = sizeA * sizeB;
    }
    Variable blocks = Mul.of(Reshape.of(a, Shape.of(left)), Reshape.of(b, Shape.of(right)));
    return Reshape.of(blocks, Shape.of(OP.name(), sizes));
  }
}
