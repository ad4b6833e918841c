package dev.clgrad.conformance;

import dev.clgrad.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * How a case of each op calls the API: the one adapter, filled by a table for each family. An entry
 * names the tensors and attributes it knows, separated by spaces; a case with another one is
 * unsupported.
 */
final class OpTable {
  /** Every op that is there. */
  static final Map<String, Op> OPS = new TreeMap<>();

  /** The family of each op, in the order of the tables. */
  static final Map<String, String> FAMILIES = new LinkedHashMap<>();

  /** The family of the table that is being filled. */
  private static String family = "";

  /** How many of the shipped cases of an op ask for something that is not there yet. */
  static final Map<String, Integer> UNSUPPORTED_CASES = Map.of();

  static {
    family = "Functions of one argument";
    FunctionTable.fill();
    family = "Activations";
    ActivationTable.fill();
    family = "Arithmetic, comparisons and other functions of several arguments";
    ArithmeticTable.fill();
    family = "Reductions";
    ReductionTable.fill();
    family = "Scans, sorting and searching";
    OrderingTable.fill();
    family = "Views";
    ViewTable.fill();
    family = "Joining, splitting and rearranging";
    JoiningTable.fill();
    family = "Indices and masks";
    IndexTable.fill();
    family = "Matrix products";
    ProductTable.fill();
    family = "Linear algebra";
    LinearAlgebraTable.fill();
    family = "Convolutions, pooling and interpolation";
    ConvolutionTable.fill();
    family = "Normalisations and attention";
    LayerTable.fill();
    family = "Losses";
    LossTable.fill();
    family = "Creation";
    CreationTable.fill();
  }

  private OpTable() {}

  static void unary(String name, UnaryOperator<Tensor> function) {
    op(name, "input", "", c -> function.apply(c.x()));
  }

  static void binary(String name, String second, BiFunction<Tensor, Tensor, Tensor> function) {
    op(name, "input " + second, "", c -> function.apply(c.x(), c.in(second)));
  }

  /** An operator of a tensor and either a tensor or a number, {@code other}. */
  static void operator(
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
  static void scaled(
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

  interface Scaled<T> {
    Tensor apply(Tensor input, T other, Number alpha);
  }

  static void op(String name, String args, String attrs, Function<Call, Tensor> function) {
    ops(name, args, attrs, "", c -> List.of(function.apply(c)));
  }

  static void ops(
      String name, String args, String attrs, String named, Function<Call, List<Tensor>> function) {
    FAMILIES.put(name, family);
    OPS.put(name, new Op(words(args), words(attrs), named, function));
  }

  private static Set<String> words(String text) {
    return text.isEmpty() ? Set.of() : Set.of(text.split(" "));
  }
}
