package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;

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
  }
}
