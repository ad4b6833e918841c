package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.binary;
import static dev.clgrad.conformance.OpTable.op;
import static dev.clgrad.conformance.OpTable.operator;
import static dev.clgrad.conformance.OpTable.scaled;

import dev.clgrad.Rounding;
import dev.clgrad.Tensor;
import java.util.Locale;

/** How cases of pointwise operations of two and three arguments call the API. */
final class ArithmeticTable {
  private ArithmeticTable() {}

  static void fill() {
    scaled("add", Tensor::add, Tensor::add, Tensor::add, Tensor::add);
    scaled("sub", Tensor::sub, Tensor::sub, Tensor::sub, Tensor::sub);
    scaled("rsub", Tensor::rsub, Tensor::rsub, Tensor::rsub, Tensor::rsub);
    operator("mul", Tensor::mul, Tensor::mul);
    op(
        "div",
        "input other",
        "other rounding_mode",
        c -> {
          if (!c.has("rounding_mode")) {
            return c.hasInput("other") ? c.x().div(c.in("other")) : c.x().div(c.number("other"));
          }
          Rounding mode = Rounding.valueOf(c.text("rounding_mode", "").toUpperCase(Locale.ROOT));
          return c.hasInput("other")
              ? c.x().div(c.in("other"), mode)
              : c.x().div(c.number("other"), mode);
        });
    operator("floor_divide", Tensor::floorDivide, Tensor::floorDivide);
    operator("fmod", Tensor::fmod, Tensor::fmod);
    operator("remainder", Tensor::remainder, Tensor::remainder);
    operator("copysign", Tensor::copysign, Tensor::copysign);
    operator("xlogy", Tensor::xlogy, Tensor::xlogy);
    binary("atan2", "other", Tensor::atan2);
    binary("hypot", "other", Tensor::hypot);
    binary("logaddexp", "other", Tensor::logaddexp);
    binary("fmax", "other", Tensor::fmax);
    binary("fmin", "other", Tensor::fmin);
    binary("logical_and", "other", Tensor::logicalAnd);
    binary("logical_or", "other", Tensor::logicalOr);
    binary("logical_xor", "other", Tensor::logicalXor);
    ofThree();
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

  private static void ofThree() {
    op(
        "lerp",
        "input end weight",
        "weight",
        c ->
            c.hasInput("weight")
                ? c.x().lerp(c.in("end"), c.in("weight"))
                : c.x().lerp(c.in("end"), c.number("weight")));
    op(
        "addcmul",
        "input tensor1 tensor2",
        "value",
        c -> c.x().addcmul(c.in("tensor1"), c.in("tensor2"), c.number("value", 1)));
    op(
        "addcdiv",
        "input tensor1 tensor2",
        "value",
        c -> c.x().addcdiv(c.in("tensor1"), c.in("tensor2"), c.number("value", 1)));
    op(
        "clamp",
        "input min max",
        "min max",
        c ->
            c.hasInput("min") || c.hasInput("max")
                ? c.x().clamp(c.maybe("min"), c.maybe("max"))
                : c.x()
                    .clamp(
                        c.has("min") ? c.number("min") : null,
                        c.has("max") ? c.number("max") : null));
    op(
        "masked_fill",
        "input mask value",
        "value",
        c ->
            c.hasInput("value")
                ? c.x().maskedFill(c.in("mask"), c.in("value"))
                : c.x().maskedFill(c.in("mask"), c.number("value")));
  }
}
