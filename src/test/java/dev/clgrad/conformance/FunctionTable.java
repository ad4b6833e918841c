package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.unary;

import dev.clgrad.Tensor;

/** How cases of elementary and special functions of one argument call the API. */
final class FunctionTable {
  private FunctionTable() {}

  static void fill() {
    unary("exp", Tensor::exp);
    unary("log", Tensor::log);
    unary("neg", Tensor::neg);
    unary("reciprocal", Tensor::reciprocal);
    unary("sqrt", Tensor::sqrt);
    unary("square", Tensor::square);
    unary("tanh", Tensor::tanh);
    unary("abs", Tensor::abs);
  }
}
