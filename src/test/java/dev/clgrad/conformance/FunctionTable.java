package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;
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
    unary("acos", Tensor::acos);
    unary("asin", Tensor::asin);
    unary("atan", Tensor::atan);
    unary("acosh", Tensor::acosh);
    unary("asinh", Tensor::asinh);
    unary("atanh", Tensor::atanh);
    unary("sin", Tensor::sin);
    unary("cos", Tensor::cos);
    unary("tan", Tensor::tan);
    unary("sinh", Tensor::sinh);
    unary("cosh", Tensor::cosh);
    unary("exp2", Tensor::exp2);
    unary("expm1", Tensor::expm1);
    unary("log1p", Tensor::log1p);
    unary("log2", Tensor::log2);
    unary("log10", Tensor::log10);
    unary("rsqrt", Tensor::rsqrt);
    unary("ceil", Tensor::ceil);
    unary("floor", Tensor::floor);
    unary("trunc", Tensor::trunc);
    unary("frac", Tensor::frac);
    unary("sign", Tensor::sign);
    unary("erf", Tensor::erf);
    unary("erfc", Tensor::erfc);
    unary("erfinv", Tensor::erfinv);
    unary("lgamma", Tensor::lgamma);
    unary("digamma", Tensor::digamma);
    unary("isnan", Tensor::isnan);
    unary("isinf", Tensor::isinf);
    unary("isfinite", Tensor::isfinite);
    unary("logical_not", Tensor::logicalNot);
    op(
        "round",
        "input",
        "decimals",
        c -> c.has("decimals") ? c.x().round(c.integer("decimals")) : c.x().round());
    op("logit", "input", "eps", c -> c.has("eps") ? c.x().logit(c.number("eps")) : c.x().logit());
    op(
        "nan_to_num",
        "input",
        "nan posinf neginf",
        c ->
            c.x()
                .nanToNum(
                    c.number("nan", 0),
                    c.has("posinf") ? c.number("posinf") : null,
                    c.has("neginf") ? c.number("neginf") : null));
  }
}
