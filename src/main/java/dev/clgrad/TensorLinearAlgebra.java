package dev.clgrad;

import dev.clgrad.tape.Variable;

/** Linear algebra. */
abstract class TensorLinearAlgebra extends TensorProducts {
  TensorLinearAlgebra(Variable variable) {
    super(variable);
  }
}
