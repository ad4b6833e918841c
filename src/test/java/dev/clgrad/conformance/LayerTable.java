package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;

import dev.clgrad.Shape;

/** How cases of normalisations and attention call the API. */
final class LayerTable {
  private LayerTable() {}

  static void fill() {
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
  }
}
