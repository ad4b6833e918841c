package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;
import static dev.clgrad.conformance.OpTable.ops;

import dev.clgrad.Tensor;
import dev.clgrad.ValuesAndIndices;
import dev.clgrad.VarianceAndMean;
import java.util.List;

/** How cases of reductions call the API. */
final class ReductionTable {
  private ReductionTable() {}

  static void fill() {
    overDims("sum", Tensor::sum);
    overDims("mean", Tensor::mean);
    overDims("nansum", Tensor::nansum);
    overDims("amax", Tensor::amax);
    overDims("amin", Tensor::amin);
    overDims("any", Tensor::any);
    overDims("all", Tensor::all);
    overDims("logsumexp", Tensor::logsumexp);
    op("count_nonzero", "input", "dim", c -> c.x().countNonzero(c.ints("dim")));
    op(
        "argmax",
        "input",
        "dim keepdim",
        c ->
            c.has("dim")
                ? c.x().argmax(c.integer("dim"), c.flag("keepdim", false))
                : c.x().argmax());
    op(
        "argmin",
        "input",
        "dim keepdim",
        c ->
            c.has("dim")
                ? c.x().argmin(c.integer("dim"), c.flag("keepdim", false))
                : c.x().argmin());
    ops("max", "input other", "dim keepdim", "", ReductionTable::max);
    ops("min", "input other", "dim keepdim", "", ReductionTable::min);
    op("prod", "input", "dim keepdim dtype", ReductionTable::prod);
    ofVariance("var", (x, dims, correction, keepdim) -> List.of(x.var(dims, correction, keepdim)));
    ofVariance("std", (x, dims, correction, keepdim) -> List.of(x.std(dims, correction, keepdim)));
    ofVariance(
        "var_mean",
        (x, dims, correction, keepdim) -> {
          VarianceAndMean both = x.varMean(dims, correction, keepdim);
          return List.of(both.variance(), both.mean());
        });
    op(
        "norm",
        "input",
        "p dim keepdim",
        c ->
            c.x()
                .norm(
                    c.text("p", "fro").equals("fro") ? 2 : c.real("p"),
                    c.ints("dim"),
                    c.flag("keepdim", false)));
  }

  private interface OverDims {
    Tensor apply(Tensor input, int[] dims, boolean keepdim);
  }

  private static void overDims(String name, OverDims reduction) {
    op(
        name,
        "input",
        "dim keepdim",
        c -> reduction.apply(c.x(), c.ints("dim"), c.flag("keepdim", false)));
  }

  private interface OfVariance {
    List<Tensor> apply(Tensor input, int[] dims, double correction, boolean keepdim);
  }

  private static void ofVariance(String name, OfVariance reduction) {
    ops(
        name,
        "input",
        "dim keepdim unbiased correction",
        "",
        c ->
            reduction.apply(
                c.x(),
                c.ints("dim"),
                c.real("correction", c.flag("unbiased", true) ? 1 : 0),
                c.flag("keepdim", false)));
  }

  private static List<Tensor> max(Call c) {
    if (c.hasInput("other")) {
      return List.of(c.x().max(c.in("other")));
    }
    return c.has("dim")
        ? both(c.x().max(c.integer("dim"), c.flag("keepdim", false)))
        : List.of(c.x().max());
  }

  private static List<Tensor> min(Call c) {
    if (c.hasInput("other")) {
      return List.of(c.x().min(c.in("other")));
    }
    return c.has("dim")
        ? both(c.x().min(c.integer("dim"), c.flag("keepdim", false)))
        : List.of(c.x().min());
  }

  static List<Tensor> both(ValuesAndIndices found) {
    return List.of(found.values(), found.indices());
  }

  private static Tensor prod(Call c) {
    if (!c.has("dim")) {
      return c.has("dtype") ? c.x().prod(c.dtype(c.x().dtype())) : c.x().prod();
    }
    boolean keepdim = c.flag("keepdim", false);
    return c.has("dtype")
        ? c.x().prod(c.integer("dim"), keepdim, c.dtype(c.x().dtype()))
        : c.x().prod(c.integer("dim"), keepdim);
  }
}
