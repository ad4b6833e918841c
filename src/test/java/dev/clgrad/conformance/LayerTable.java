package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;
import static dev.clgrad.conformance.OpTable.ops;

import dev.clgrad.Shape;
import dev.clgrad.Tensor;
import java.util.ArrayList;
import java.util.List;

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
        "rms_norm",
        "input weight",
        "normalized_shape eps",
        c -> {
          Shape shape = Shape.of(c.longs("normalized_shape"));
          return c.has("eps")
              ? c.x().rmsNorm(shape, c.maybe("weight"), c.real("eps"))
              : c.x().rmsNorm(shape, c.maybe("weight"));
        });
    op(
        "group_norm",
        "input weight bias",
        "num_groups eps",
        c ->
            c.x()
                .groupNorm(
                    c.integer64("num_groups"),
                    c.maybe("weight"),
                    c.maybe("bias"),
                    c.real("eps", 1e-5)));
    op(
        "local_response_norm",
        "input",
        "size alpha beta k",
        c ->
            c.x()
                .localResponseNorm(
                    c.integer("size"),
                    c.real("alpha", 1e-4),
                    c.real("beta", 0.75),
                    c.real("k", 1)));
    ops(
        "batch_norm",
        "input running_mean running_var weight bias",
        "training momentum eps",
        "",
        c -> {
          boolean training = c.flag("training", false);
          return withStatistics(
              c,
              training,
              c.x()
                  .batchNorm(
                      c.maybe("running_mean"),
                      c.maybe("running_var"),
                      c.maybe("weight"),
                      c.maybe("bias"),
                      training,
                      c.real("momentum", 0.1),
                      c.real("eps", 1e-5)));
        });
    ops(
        "instance_norm",
        "input running_mean running_var weight bias",
        "use_input_stats momentum eps",
        "",
        c -> {
          boolean own = c.flag("use_input_stats", true);
          return withStatistics(
              c,
              own,
              c.x()
                  .instanceNorm(
                      c.maybe("running_mean"),
                      c.maybe("running_var"),
                      c.maybe("weight"),
                      c.maybe("bias"),
                      own,
                      c.real("momentum", 0.1),
                      c.real("eps", 1e-5)));
        });
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

  /** The result, then the running statistics where they were changed. */
  private static List<Tensor> withStatistics(Call c, boolean changed, Tensor y) {
    List<Tensor> outputs = new ArrayList<>(List.of(y));
    if (changed && c.hasInput("running_mean")) {
      outputs.add(c.in("running_mean"));
      outputs.add(c.in("running_var"));
    }
    return outputs;
  }
}
