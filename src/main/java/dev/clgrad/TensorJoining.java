package dev.clgrad;

import dev.clgrad.tape.Variable;

/** Tensors joined, split, repeated and rearranged. */
abstract class TensorJoining extends TensorLinearAlgebra {
  TensorJoining(Variable variable) {
    super(variable);
  }
}
