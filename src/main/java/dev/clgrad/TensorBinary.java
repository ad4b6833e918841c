package dev.clgrad;

import dev.clgrad.tape.Variable;

/** Further pointwise functions of two and three arguments. */
abstract class TensorBinary extends TensorActivations {
  TensorBinary(Variable variable) {
    super(variable);
  }
}
