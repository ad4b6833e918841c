package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.binary;
import static dev.clgrad.conformance.OpTable.op;
import static dev.clgrad.conformance.OpTable.unary;

import dev.clgrad.DType;
import dev.clgrad.Tensor;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** How cases of activation functions call the API. */
final class ActivationTable {
  private ActivationTable() {}

  static void fill() {
    unary("relu", Tensor::relu);
    unary("sigmoid", Tensor::sigmoid);
    unary("selu", Tensor::selu);
    unary("tanhshrink", Tensor::tanhshrink);
    unary("hardsigmoid", Tensor::hardsigmoid);
    unary("hardswish", Tensor::hardswish);
    unary("relu6", Tensor::relu6);
    unary("logsigmoid", Tensor::logsigmoid);
    unary("mish", Tensor::mish);
    unary("silu", Tensor::silu);
    unary("softsign", Tensor::softsign);
    parameter("elu", "alpha", Tensor::elu, Tensor::elu);
    parameter("celu", "alpha", Tensor::celu, Tensor::celu);
    parameter("hardshrink", "lambd", Tensor::hardshrink, Tensor::hardshrink);
    parameter("softshrink", "lambd", Tensor::softshrink, Tensor::softshrink);
    parameter("leaky_relu", "negative_slope", Tensor::leakyRelu, Tensor::leakyRelu);
    op("gelu", "input", "approximate", c -> c.x().gelu(c.text("approximate", "none")));
    op("glu", "input", "dim", c -> c.x().glu(c.integer("dim", -1)));
    op(
        "hardtanh",
        "input",
        "min_val max_val",
        c -> c.x().hardtanh(c.number("min_val", -1), c.number("max_val", 1)));
    binary("prelu", "weight", Tensor::prelu);
    op(
        "softplus",
        "input",
        "beta threshold",
        c -> c.x().softplus(c.number("beta", 1), c.number("threshold", 20)));
    op(
        "threshold",
        "input",
        "threshold value",
        c -> c.x().threshold(c.number("threshold"), c.number("value")));
    op(
        "softmin",
        "input",
        "dim dtype",
        c ->
            c.has("dtype")
                ? c.x().softmin(c.integer("dim"), c.dtype(DType.FLOAT32))
                : c.x().softmin(c.integer("dim")));
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

  /** A function with one parameter, which may be left out. */
  private static void parameter(
      String name,
      String attr,
      UnaryOperator<Tensor> ofDefault,
      BiFunction<Tensor, Number, Tensor> function) {
    op(
        name,
        "input",
        attr,
        c -> c.has(attr) ? function.apply(c.x(), c.number(attr)) : ofDefault.apply(c.x()));
  }
}
