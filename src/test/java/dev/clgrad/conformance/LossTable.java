package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;

import dev.clgrad.ClgradException;
import dev.clgrad.CrossEntropyOptions;
import dev.clgrad.LossReduction;
import dev.clgrad.Tensor;
import dev.clgrad.TripletMarginOptions;
import java.util.function.BiFunction;

/** How cases of loss functions and distances call the API. */
final class LossTable {
  private LossTable() {}

  static void fill() {
    ofClasses();
    ofTargets();
    ofVectors();
  }

  private static void ofClasses() {
    op(
        "cross_entropy",
        "input target weight",
        "reduction ignore_index label_smoothing",
        c ->
            c.x()
                .crossEntropy(
                    c.in("target"),
                    new CrossEntropyOptions(
                        reduction("cross_entropy", c),
                        c.maybe("weight"),
                        c.integer("ignore_index", -100),
                        c.real("label_smoothing", 0))));
    loss(
        "nll_loss",
        "input target weight",
        "ignore_index",
        (c, reduction) ->
            c.x()
                .nllLoss(
                    c.in("target"), c.maybe("weight"), c.integer("ignore_index", -100), reduction));
    loss(
        "binary_cross_entropy",
        "input target weight",
        "",
        (c, reduction) -> c.x().binaryCrossEntropy(c.in("target"), c.maybe("weight"), reduction));
    loss(
        "binary_cross_entropy_with_logits",
        "input target weight pos_weight",
        "",
        (c, reduction) ->
            c.x()
                .binaryCrossEntropyWithLogits(
                    c.in("target"), c.maybe("weight"), c.maybe("pos_weight"), reduction));
    loss(
        "kl_div",
        "input target",
        "log_target",
        (c, reduction) -> c.x().klDiv(c.in("target"), c.flag("log_target", false), reduction));
  }

  private static void ofTargets() {
    loss("mse_loss", "input target", "", (c, r) -> c.x().mseLoss(c.in("target"), r));
    loss("l1_loss", "input target", "", (c, r) -> c.x().l1Loss(c.in("target"), r));
    loss(
        "smooth_l1_loss",
        "input target",
        "beta",
        (c, r) -> c.x().smoothL1Loss(c.in("target"), c.real("beta", 1), r));
    loss(
        "huber_loss",
        "input target",
        "delta",
        (c, r) -> c.x().huberLoss(c.in("target"), c.real("delta", 1), r));
    loss(
        "hinge_embedding_loss",
        "input target",
        "margin",
        (c, r) -> c.x().hingeEmbeddingLoss(c.in("target"), c.real("margin", 1), r));
    loss(
        "margin_ranking_loss",
        "input1 input2 target",
        "margin",
        (c, r) ->
            c.in("input1")
                .marginRankingLoss(c.in("input2"), c.in("target"), c.real("margin", 0), r));
  }

  private static void ofVectors() {
    loss(
        "cosine_embedding_loss",
        "input1 input2 target",
        "margin",
        (c, r) ->
            c.in("input1")
                .cosineEmbeddingLoss(c.in("input2"), c.in("target"), c.real("margin", 0), r));
    loss(
        "triplet_margin_loss",
        "anchor positive negative",
        "margin p eps swap",
        (c, r) ->
            c.in("anchor")
                .tripletMarginLoss(
                    c.in("positive"),
                    c.in("negative"),
                    new TripletMarginOptions(
                        c.real("margin", 1),
                        c.real("p", 2),
                        c.real("eps", 1e-6),
                        c.flag("swap", false),
                        r)));
    op(
        "cosine_similarity",
        "x1 x2",
        "dim eps",
        c -> c.in("x1").cosineSimilarity(c.in("x2"), c.integer("dim", 1), c.real("eps", 1e-8)));
    op(
        "pairwise_distance",
        "x1 x2",
        "p eps keepdim",
        c ->
            c.in("x1")
                .pairwiseDistance(
                    c.in("x2"), c.real("p", 2), c.real("eps", 1e-6), c.flag("keepdim", false)));
    op(
        "normalize",
        "input",
        "p dim eps",
        c -> c.x().normalize(c.real("p", 2), c.integer("dim", 1), c.real("eps", 1e-12)));
  }

  private static void loss(
      String name, String args, String attrs, BiFunction<Call, LossReduction, Tensor> function) {
    op(
        name,
        args,
        attrs.isEmpty() ? "reduction" : "reduction " + attrs,
        c -> function.apply(c, reduction(name, c)));
  }

  /** The name is looked up before the loss is called, whose name the cases want in an error. */
  private static LossReduction reduction(String op, Call c) {
    try {
      return LossReduction.of(c.text("reduction", "mean"));
    } catch (ClgradException e) {
      throw new ClgradException(op + ": " + e.getMessage());
    }
  }
}
