package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;

/** How cases of operations with indices and masks call the API. */
final class IndexTable {
  private IndexTable() {}

  static void fill() {
    op("gather", "input index", "dim", c -> c.x().gather(c.integer("dim"), c.in("index")));
    op("one_hot", "input", "num_classes", c -> c.x().oneHot(c.integer("num_classes", -1)));
    op(
        "index_select",
        "input index",
        "dim",
        c -> c.x().indexSelect(c.integer("dim"), c.in("index")));
    op(
        "index_add",
        "input index source",
        "dim alpha",
        c ->
            c.has("alpha")
                ? c.x().indexAdd(c.integer("dim"), c.in("index"), c.in("source"), c.number("alpha"))
                : c.x().indexAdd(c.integer("dim"), c.in("index"), c.in("source")));
    op(
        "scatter",
        "input index src",
        "dim value",
        c ->
            c.hasInput("src")
                ? c.x().scatter(c.integer("dim"), c.in("index"), c.in("src"))
                : c.x().scatter(c.integer("dim"), c.in("index"), c.number("value")));
    op(
        "scatter_add",
        "input index src",
        "dim",
        c -> c.x().scatterAdd(c.integer("dim"), c.in("index"), c.in("src")));
    op(
        "take_along_dim",
        "input indices",
        "dim",
        c ->
            c.has("dim")
                ? c.x().takeAlongDim(c.in("indices"), c.integer("dim"))
                : c.x().takeAlongDim(c.in("indices")));
    op("masked_select", "input mask", "", c -> c.x().maskedSelect(c.in("mask")));
    op("nonzero", "input", "", c -> c.x().nonzero());
    op(
        "embedding",
        "input weight",
        "padding_idx",
        c ->
            c.has("padding_idx")
                ? c.x().embedding(c.in("weight"), c.integer("padding_idx"))
                : c.x().embedding(c.in("weight")));
  }
}
