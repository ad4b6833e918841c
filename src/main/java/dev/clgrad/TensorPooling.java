package dev.clgrad;

import dev.clgrad.tape.Variable;

/** Pooling and interpolation. */
abstract class TensorPooling extends TensorConvolutions {
  TensorPooling(Variable variable) {
    super(variable);
  }
}
