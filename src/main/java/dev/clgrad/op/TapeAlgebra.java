package dev.clgrad.op;

import dev.clgrad.tape.Algebra;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;

/** The arithmetic that the tape needs, by operations. */
public final class TapeAlgebra implements Algebra {
  /** The one instance. */
  public static final TapeAlgebra INSTANCE = new TapeAlgebra();

  private TapeAlgebra() {}

  @Override
  public Variable add(Variable a, Variable b) {
    return Add.of(a, b);
  }

  @Override
  public void addInPlace(Variable a, Variable b) {
    Add.into(a, b);
  }

  @Override
  public Variable copy(Variable x) {
    return Cast.copy(x);
  }

  @Override
  public Variable fullLike(Variable x, double value) {
    return Fill.of(x.scheduler(), x.dtype(), x.shape(), value);
  }

  @Override
  public Variable full(Node.OutputMetadata like, double value) {
    return Fill.of(like.scheduler(), like.dtype(), like.shape(), value);
  }
}
