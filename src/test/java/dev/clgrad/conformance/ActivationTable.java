package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;
import static dev.clgrad.conformance.OpTable.unary;

import dev.clgrad.DType;
import dev.clgrad.Tensor;

/** How cases of activation functions call the API. */
final class ActivationTable {
  private ActivationTable() {}

  static void fill() {
    unary("relu", Tensor::relu);
    unary("sigmoid", Tensor::sigmoid);
    op(
        "softmax",
        "input",
        "dim dtype",
        c ->
            c.has("dtype")
                ? c.x().softmax(c.integer("dim"), c.dtype(DType.FLOAT32))
                : c.x().softmax(c.integer("dim")));
    op(
        "log_softmax",
        "input",
        "dim dtype",
        c ->
            c.has("dtype")
                ? c.x().logSoftmax(c.integer("dim"), c.dtype(DType.FLOAT32))
                : c.x().logSoftmax(c.integer("dim")));
  }
}
