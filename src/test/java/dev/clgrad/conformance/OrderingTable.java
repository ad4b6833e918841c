package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;
import static dev.clgrad.conformance.OpTable.ops;

/** How cases of scans, sorting and searching call the API. */
final class OrderingTable {
  private OrderingTable() {}

  static void fill() {
    op(
        "cumsum",
        "input",
        "dim dtype",
        c ->
            c.has("dtype")
                ? c.x().cumsum(c.integer("dim"), c.dtype(c.x().dtype()))
                : c.x().cumsum(c.integer("dim")));
    op(
        "cumprod",
        "input",
        "dim dtype",
        c ->
            c.has("dtype")
                ? c.x().cumprod(c.integer("dim"), c.dtype(c.x().dtype()))
                : c.x().cumprod(c.integer("dim")));
    // Every sort is stable here.
    ops(
        "sort",
        "input",
        "dim descending stable",
        "",
        c -> ReductionTable.both(c.x().sort(c.integer("dim", -1), c.flag("descending", false))));
    op(
        "argsort",
        "input",
        "dim descending",
        c -> c.x().argsort(c.integer("dim", -1), c.flag("descending", false)));
    ops(
        "topk",
        "input",
        "k dim largest sorted",
        "",
        c ->
            ReductionTable.both(
                c.x().topk(c.integer64("k"), c.integer("dim", -1), c.flag("largest", true))));
  }
}
