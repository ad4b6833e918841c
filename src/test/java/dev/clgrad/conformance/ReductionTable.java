package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;

/** How cases of reductions call the API. */
final class ReductionTable {
  private ReductionTable() {}

  static void fill() {
    op("sum", "input", "dim keepdim", c -> c.x().sum(c.ints("dim"), c.flag("keepdim", false)));
    op("mean", "input", "dim keepdim", c -> c.x().mean(c.ints("dim"), c.flag("keepdim", false)));
    op("amax", "input", "dim keepdim", c -> c.x().amax(c.ints("dim"), c.flag("keepdim", false)));
    op(
        "argmax",
        "input",
        "dim keepdim",
        c ->
            c.has("dim")
                ? c.x().argmax(c.integer("dim"), c.flag("keepdim", false))
                : c.x().argmax());
  }
}
