package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;
import static dev.clgrad.conformance.OpTable.ops;

/** How cases of views call the API. */
final class ViewTable {
  private ViewTable() {}

  static void fill() {
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
    op(
        "diagonal",
        "input",
        "offset dim1 dim2",
        c -> c.x().diagonal(c.integer("offset", 0), c.integer("dim1", 0), c.integer("dim2", 1)));
    op(
        "movedim",
        "input",
        "source destination",
        c -> c.x().movedim(c.ints("source"), c.ints("destination")));
    op(
        "unfold",
        "input",
        "dimension size step",
        c -> c.x().unfold(c.integer("dimension"), c.integer("size"), c.integer("step")));
    ops(
        "split",
        "input",
        "split_size_or_sections dim",
        "",
        c ->
            c.isList("split_size_or_sections")
                ? c.x().split(c.longs("split_size_or_sections"), c.integer("dim", 0))
                : c.x().split(c.integer("split_size_or_sections"), c.integer("dim", 0)));
    ops(
        "chunk",
        "input",
        "chunks dim",
        "",
        c -> c.x().chunk(c.integer("chunks"), c.integer("dim", 0)));
  }
}
