package dev.clgrad;

import dev.clgrad.tape.Variable;

/** Activation functions. */
abstract class TensorActivations extends TensorFunctions {
  TensorActivations(Variable variable) {
    super(variable);
  }
}
