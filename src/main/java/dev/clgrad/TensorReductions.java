package dev.clgrad;

import dev.clgrad.op.Sum;
import dev.clgrad.tape.Variable;
import java.util.stream.IntStream;

/** Reductions and matrix products. */
abstract class TensorReductions extends TensorPointwise {
  TensorReductions(Variable variable) {
    super(variable);
  }

  /** The sum of all elements. */
  public final Tensor sum() {
    return new Tensor(Sum.of(variable(), IntStream.range(0, dim()).toArray(), false));
  }
}
