package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.binary;
import static dev.clgrad.conformance.OpTable.op;
import static dev.clgrad.conformance.OpTable.operator;
import static dev.clgrad.conformance.OpTable.scaled;

import dev.clgrad.Tensor;

/** How cases of pointwise operations of two and three arguments call the API. */
final class ArithmeticTable {
  private ArithmeticTable() {}

  static void fill() {
    scaled("add", Tensor::add, Tensor::add, Tensor::add, Tensor::add);
    scaled("sub", Tensor::sub, Tensor::sub, Tensor::sub, Tensor::sub);
    op("rsub", "input", "other", c -> c.x().rsub(c.number("other")));
    operator("mul", Tensor::mul, Tensor::mul);
    operator("div", Tensor::div, Tensor::div);
    op(
        "pow",
        "input exponent",
        "input exponent",
        c ->
            !c.hasInput("input")
                ? c.in("exponent").rpow(c.number("input"))
                : c.hasInput("exponent")
                    ? c.x().pow(c.in("exponent"))
                    : c.x().pow(c.number("exponent")));
    binary("maximum", "other", Tensor::maximum);
    binary("minimum", "other", Tensor::minimum);
    operator("eq", Tensor::eq, Tensor::eq);
    operator("ne", Tensor::ne, Tensor::ne);
    operator("lt", Tensor::lt, Tensor::lt);
    operator("le", Tensor::le, Tensor::le);
    operator("gt", Tensor::gt, Tensor::gt);
    operator("ge", Tensor::ge, Tensor::ge);
    op(
        "where",
        "condition input other",
        "",
        c -> Tensor.where(c.in("condition"), c.x(), c.in("other")));
  }
}
