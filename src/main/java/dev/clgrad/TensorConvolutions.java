package dev.clgrad;

import dev.clgrad.tape.Variable;

/** Convolutions. */
abstract class TensorConvolutions extends TensorIndexing {
  TensorConvolutions(Variable variable) {
    super(variable);
  }
}
