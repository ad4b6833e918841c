package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;

/** How cases of operations with indices and masks call the API. */
final class IndexTable {
  private IndexTable() {}

  static void fill() {
    op("gather", "input index", "dim", c -> c.x().gather(c.integer("dim"), c.in("index")));
    op("one_hot", "input", "num_classes", c -> c.x().oneHot(c.integer("num_classes", -1)));
  }
}
