package dev.clgrad;

import dev.clgrad.tape.Variable;

/** Scans, sorting and searching. */
abstract class TensorOrdering extends TensorReductions {
  TensorOrdering(Variable variable) {
    super(variable);
  }
}
