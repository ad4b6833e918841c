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
    op(
        "scaled_dot_product_attention",
        "query key value attn_mask",
        "is_causal scale",
        c ->
            c.in("query")
                .scaledDotProductAttention(
                    c.in("key"),
                    c.in("value"),
                    c.maybe("attn_mask"),
                    c.flag("is_causal", false),
                    c.has("scale") ? c.real("scale") : null));
  }
}
