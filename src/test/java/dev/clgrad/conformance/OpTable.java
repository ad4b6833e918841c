package dev.clgrad.conformance;

import dev.clgrad.DType;
import dev.clgrad.Tensor;
import java.util.List;
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
  static final Map<String, Integer> UNSUPPORTED_CASES = Map.of("add", 5, "sub", 5, "sum", 3);

  static {
    pointwise();
    reductions();
  }

  private OpTable() {}

  private static void pointwise() {
    unary("tanh", Tensor::tanh);
    operator("mul", Tensor::mul, Tensor::mul);
    operator("add", Tensor::add, Tensor::add);
    operator("sub", Tensor::sub, Tensor::sub);
  }

  private static void reductions() {
    op("sum", "input", "dim keepdim", c -> c.x().sum(c.ints("dim"), c.flag("keepdim", false)));
    op("mean", "input", "dim keepdim", c -> c.x().mean(c.ints("dim"), c.flag("keepdim", false)));
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
  }

  private static void unary(String name, UnaryOperator<Tensor> function) {
    op(name, "input", "", c -> function.apply(c.x()));
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
