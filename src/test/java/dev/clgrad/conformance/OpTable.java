package dev.clgrad.conformance;

import dev.clgrad.CrossEntropyOptions;
import dev.clgrad.DType;
import dev.clgrad.Device;
import dev.clgrad.LossReduction;
import dev.clgrad.Shape;
import dev.clgrad.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * How a case of each op calls the API: the one adapter. An entry names the tensors and attributes
 * it knows, separated by spaces; a case with another one is unsupported.
 */
final class OpTable {
  /** Every op that is there. */
  static final Map<String, Op> OPS = new TreeMap<>();

  /** How many of the shipped cases of an op ask for something that is not there yet. */
  static final Map<String, Integer> UNSUPPORTED_CASES = Map.of("div", 9, "rsub", 18);

  static {
    pointwise();
    reductions();
    products();
    views();
    creation();
  }

  private OpTable() {}

  private static void pointwise() {
    unary("abs", Tensor::abs);
    unary("exp", Tensor::exp);
    unary("log", Tensor::log);
    unary("neg", Tensor::neg);
    unary("reciprocal", Tensor::reciprocal);
    unary("relu", Tensor::relu);
    unary("sigmoid", Tensor::sigmoid);
    unary("sqrt", Tensor::sqrt);
    unary("square", Tensor::square);
    unary("tanh", Tensor::tanh);
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

  private static void reductions() {
    op("sum", "input", "dim keepdim", c -> c.x().sum(c.ints("dim"), c.flag("keepdim", false)));
    op("mean", "input", "dim keepdim", c -> c.x().mean(c.ints("dim"), c.flag("keepdim", false)));
    op("amax", "input", "dim keepdim", c -> c.x().amax(c.ints("dim"), c.flag("keepdim", false)));
    op("gather", "input index", "dim", c -> c.x().gather(c.integer("dim"), c.in("index")));
    op("one_hot", "input", "num_classes", c -> c.x().oneHot(c.integer("num_classes", -1)));
    op(
        "argmax",
        "input",
        "dim keepdim",
        c ->
            c.has("dim")
                ? c.x().argmax(c.integer("dim"), c.flag("keepdim", false))
                : c.x().argmax());
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
    op(
        "layer_norm",
        "input weight bias",
        "normalized_shape eps",
        c ->
            c.x()
                .layerNorm(
                    Shape.of(c.longs("normalized_shape")),
                    c.maybe("weight"),
                    c.maybe("bias"),
                    c.real("eps", 1e-5)));
    op(
        "cross_entropy",
        "input target weight",
        "reduction ignore_index label_smoothing",
        c ->
            c.x()
                .crossEntropy(
                    c.in("target"),
                    new CrossEntropyOptions(
                        reduction(c),
                        c.maybe("weight"),
                        c.integer("ignore_index", -100),
                        c.real("label_smoothing", 0))));
  }

  private static LossReduction reduction(Call c) {
    String name = c.text("reduction", "mean");
    for (LossReduction reduction : LossReduction.values()) {
      if (reduction.name().toLowerCase(Locale.ROOT).equals(name)) {
        return reduction;
      }
    }
    throw new Unsupported("reduction " + name);
  }

  private static void products() {
    binary("matmul", "other", Tensor::matmul);
    binary("mm", "mat2", Tensor::mm);
    binary("bmm", "mat2", Tensor::bmm);
    binary("mv", "vec", Tensor::mv);
    binary("dot", "other", Tensor::dot);
  }

  private static void views() {
    op("reshape", "input", "shape", c -> c.x().reshape(c.longs("shape")));
    op(
        "transpose",
        "input",
        "dim0 dim1",
        c -> c.x().transpose(c.integer("dim0"), c.integer("dim1")));
    op("permute", "input", "dims", c -> c.x().permute(c.ints("dims")));
    op("expand", "input", "size", c -> c.x().expand(c.longs("size")));
    op("select", "input", "dim index", c -> c.x().select(c.integer("dim"), c.integer("index")));
    op(
        "narrow",
        "input start",
        "dim start length",
        c ->
            c.hasInput("start")
                ? c.x().narrow(c.integer("dim"), c.in("start"), c.integer("length"))
                : c.x().narrow(c.integer("dim"), c.integer("start"), c.integer("length")));
    op(
        "slice",
        "input",
        "dim start end step",
        c ->
            c.x()
                .slice(
                    c.integer("dim", 0),
                    c.integer("start", 0),
                    c.integer64("end", Long.MAX_VALUE),
                    c.integer("step", 1)));
    op(
        "squeeze",
        "input",
        "dim",
        c -> c.has("dim") ? c.x().squeeze(c.integer("dim")) : c.x().squeeze());
    op("unsqueeze", "input", "dim", c -> c.x().unsqueeze(c.integer("dim")));
    op(
        "flatten",
        "input",
        "start_dim end_dim",
        c -> c.x().flatten(c.integer("start_dim", 0), c.integer("end_dim", -1)));
  }

  private static void creation() {
    op(
        "zeros",
        "",
        "size dtype",
        c ->
            isDefault(c)
                ? Tensor.zeros(c.longs("size"))
                : Tensor.zeros(size(c), c.dtype(DType.FLOAT32)));
    op(
        "ones",
        "",
        "size dtype",
        c ->
            isDefault(c)
                ? Tensor.ones(c.longs("size"))
                : Tensor.ones(size(c), c.dtype(DType.FLOAT32)));
    op(
        "full",
        "",
        "size fill_value dtype",
        c ->
            c.has("dtype")
                ? Tensor.full(size(c), c.number("fill_value"), c.dtype(DType.FLOAT32))
                : Tensor.full(size(c), c.number("fill_value")));
    op(
        "arange",
        "",
        "start end step dtype",
        c -> {
          Number start = c.number("start", 0L);
          Number step = c.number("step", 1L);
          return c.has("dtype")
              ? Tensor.arange(start, c.number("end"), step, c.dtype(DType.FLOAT32), device())
              : Tensor.arange(start, c.number("end"), step);
        });
    op(
        "linspace",
        "",
        "start end steps dtype",
        c ->
            Tensor.linspace(
                c.real("start"),
                c.real("end"),
                c.integer("steps"),
                c.dtype(DType.FLOAT32),
                device()));
    op(
        "eye",
        "",
        "n m dtype",
        c ->
            Tensor.eye(
                c.integer("n"), c.integer("m", c.integer("n")), c.dtype(DType.FLOAT32), device()));
  }

  private static boolean isDefault(Call c) {
    return c.dtype(DType.FLOAT32) == DType.FLOAT32;
  }

  private static Shape size(Call c) {
    return Shape.of(c.longs("size"));
  }

  private static Device device() {
    return Device.getDefault();
  }

  private static void unary(String name, UnaryOperator<Tensor> function) {
    op(name, "input", "", c -> function.apply(c.x()));
  }

  private static void binary(
      String name, String second, BiFunction<Tensor, Tensor, Tensor> function) {
    op(name, "input " + second, "", c -> function.apply(c.x(), c.in(second)));
  }

  /** An operator of a tensor and either a tensor or a number, {@code other}. */
  private static void operator(
      String name,
      BiFunction<Tensor, Tensor, Tensor> ofTensors,
      BiFunction<Tensor, Number, Tensor> ofNumber) {
    op(
        name,
        "input other",
        "other",
        c ->
            c.hasInput("other")
                ? ofTensors.apply(c.x(), c.in("other"))
                : ofNumber.apply(c.x(), c.number("other")));
  }

  /** As {@link #operator}, with a factor {@code alpha} of the second operand. */
  private static void scaled(
      String name,
      BiFunction<Tensor, Tensor, Tensor> ofTensors,
      BiFunction<Tensor, Number, Tensor> ofNumber,
      Scaled<Tensor> scaledTensor,
      Scaled<Number> scaledNumber) {
    op(
        name,
        "input other",
        "other alpha",
        c -> {
          if (c.hasInput("other")) {
            return c.has("alpha")
                ? scaledTensor.apply(c.x(), c.in("other"), c.number("alpha"))
                : ofTensors.apply(c.x(), c.in("other"));
          }
          return c.has("alpha")
              ? scaledNumber.apply(c.x(), c.number("other"), c.number("alpha"))
              : ofNumber.apply(c.x(), c.number("other"));
        });
  }

  private interface Scaled<T> {
    Tensor apply(Tensor input, T other, Number alpha);
  }

  private static void op(String name, String args, String attrs, Function<Call, Tensor> function) {
    ops(name, args, attrs, "", c -> List.of(function.apply(c)));
  }

  private static void ops(
      String name, String args, String attrs, String named, Function<Call, List<Tensor>> function) {
    OPS.put(name, new Op(words(args), words(attrs), named, function));
  }

  private static Set<String> words(String text) {
    return text.isEmpty() ? Set.of() : Set.of(text.split(" "));
  }
}
