package dev.clgrad;

import dev.clgrad.tape.Variable;

/** Elementary and special functions of one argument. */
abstract class TensorFunctions extends TensorPointwise {
  TensorFunctions(Variable variable) {
    super(variable);
  }
}
