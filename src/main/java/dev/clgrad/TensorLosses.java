package dev.clgrad;

import dev.clgrad.op.BinaryCrossEntropy;
import dev.clgrad.op.BinaryCrossEntropyWithLogits;
import dev.clgrad.op.CosineEmbeddingLoss;
import dev.clgrad.op.CosineSimilarity;
import dev.clgrad.op.CrossEntropy;
import dev.clgrad.op.Div;
import dev.clgrad.op.HingeEmbeddingLoss;
import dev.clgrad.op.HuberLoss;
import dev.clgrad.op.KlDiv;
import dev.clgrad.op.L1Loss;
import dev.clgrad.op.Losses;
import dev.clgrad.op.MarginRankingLoss;
import dev.clgrad.op.Mean;
import dev.clgrad.op.MseLoss;
import dev.clgrad.op.NllLoss;
import dev.clgrad.op.Normalize;
import dev.clgrad.op.PairwiseDistance;
import dev.clgrad.op.SmoothL1Loss;
import dev.clgrad.op.Sum;
import dev.clgrad.op.TripletMarginLoss;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/**
 * Loss functions and distances. Without a reduction a loss is the mean over all elements. All of
 * them throw {@link DTypeException} where this is not floating-point and {@link ShapeException}
 * where shapes do not fit.
 */
abstract class TensorLosses extends TensorLayers {
  /** What keeps distances away from 0, where a norm has no gradient. */
  private static final double DISTANCE_EPS = 1e-6;

  TensorLosses(Variable variable) {
    super(variable);
  }

  /** The mean cross-entropy loss with the default options. */
  public final Tensor crossEntropy(Tensor target) {
    return crossEntropy(target, CrossEntropyOptions.DEFAULT);
  }

  /**
   * The cross-entropy loss of these scores, which softmax makes probabilities: {@code -Σ target log
   * softmax(this)} over the classes.
   *
   * <p>These are of shape (C) or (N, C, …). The target holds class indices of int64, of shape () or
   * (N, …), or class probabilities of this tensor's shape and dtype.
   *
   * @throws ShapeException if the shapes do not fit
   * @throws DTypeException if the dtypes do not fit
   * @throws IndexException if a class index is out of range and not the ignored one: at once on the
   *     CPU, at the next host read elsewhere
   */
  public final Tensor crossEntropy(Tensor target, CrossEntropyOptions options) {
    return new Tensor(CrossEntropy.of(variable(), target.variable(), options.toOp()));
  }

  /** The mean negative log-likelihood loss, with class index -100 ignored. */
  public final Tensor nllLoss(Tensor target) {
    return nllLoss(target, null, -100, LossReduction.MEAN);
  }

  /**
   * The negative log-likelihood of these log-probabilities, as of {@link #logSoftmax}: {@code
   * -weight[target] this[target]}. The mean is weighted.
   *
   * @param target class indices of int64: shape () for these of shape (C), (N, …) for (N, C, …)
   * @param weight the weight of each class, shape (C); null for 1
   * @param ignoreIndex the class index whose positions count neither in the loss nor in its mean
   * @throws IndexException if a class index is out of range and not the ignored one: at once on the
   *     CPU, at the next host read elsewhere
   */
  public final Tensor nllLoss(
      Tensor target, @Nullable Tensor weight, long ignoreIndex, LossReduction reduction) {
    return new Tensor(
        NllLoss.of(
            variable(),
            target.variable(),
            new CrossEntropy.Options(
                CrossEntropyOptions.mode("nll_loss", reduction),
                weight == null ? null : weight.variable(),
                ignoreIndex,
                0)));
  }

  /** The mean of the squared differences from a target. */
  public final Tensor mseLoss(Tensor target) {
    return mseLoss(target, LossReduction.MEAN);
  }

  /** The squared differences from a target, broadcast: {@code (this - target)²}. */
  public final Tensor mseLoss(Tensor target, LossReduction reduction) {
    return reduced("mse_loss", MseLoss.of(variable(), target.variable()), reduction);
  }

  /** The mean of the absolute differences from a target; the gradient at 0 is 0. */
  public final Tensor l1Loss(Tensor target) {
    return l1Loss(target, LossReduction.MEAN);
  }

  /** The absolute differences from a target, broadcast; the gradient at 0 is 0. */
  public final Tensor l1Loss(Tensor target, LossReduction reduction) {
    return reduced("l1_loss", L1Loss.of(variable(), target.variable()), reduction);
  }

  /** The mean smooth L1 loss with beta 1. */
  public final Tensor smoothL1Loss(Tensor target) {
    return smoothL1Loss(target, 1, LossReduction.MEAN);
  }

  /**
   * {@code d² / (2 beta)} for differences from a target up to beta, {@code d - beta / 2} beyond;
   * broadcast.
   *
   * @param beta at least 0; with 0 it is {@link #l1Loss(Tensor, LossReduction)}
   * @throws ClgradException if beta is negative
   */
  public final Tensor smoothL1Loss(Tensor target, double beta, LossReduction reduction) {
    return reduced(
        "smooth_l1_loss", SmoothL1Loss.of(variable(), target.variable(), beta), reduction);
  }

  /** The mean Huber loss with delta 1. */
  public final Tensor huberLoss(Tensor target) {
    return huberLoss(target, 1, LossReduction.MEAN);
  }

  /**
   * {@code d² / 2} for differences from a target up to delta, {@code delta (d - delta / 2)} beyond;
   * broadcast.
   *
   * @throws ClgradException if delta is not above 0
   */
  public final Tensor huberLoss(Tensor target, double delta, LossReduction reduction) {
    return reduced("huber_loss", HuberLoss.of(variable(), target.variable(), delta), reduction);
  }

  /** The mean binary cross-entropy of these probabilities. */
  public final Tensor binaryCrossEntropy(Tensor target) {
    return binaryCrossEntropy(target, null, LossReduction.MEAN);
  }

  /**
   * The binary cross-entropy of these probabilities: {@code -target ln this - (1 - target) ln(1 -
   * this)}, each logarithm at least -100. Scores are better given to {@link
   * #binaryCrossEntropyWithLogits(Tensor)}, which is more exact and looks at no values.
   *
   * @param target of this shape, from 0 to 1
   * @param weight of each element, broadcast; null for 1
   * @throws ClgradException if one of these is not from 0 to 1: at once on the CPU, at the next
   *     host read elsewhere
   */
  public final Tensor binaryCrossEntropy(
      Tensor target, @Nullable Tensor weight, LossReduction reduction) {
    Variable losses = BinaryCrossEntropy.of(variable(), target.variable());
    return weighted("binary_cross_entropy", losses, weight, reduction);
  }

  /** The mean binary cross-entropy of the sigmoid of these scores. */
  public final Tensor binaryCrossEntropyWithLogits(Tensor target) {
    return binaryCrossEntropyWithLogits(target, null, null, LossReduction.MEAN);
  }

  /**
   * The binary cross-entropy of the sigmoid of these scores, without its overflow.
   *
   * @param target of this shape, from 0 to 1
   * @param weight of each element, broadcast; null for 1
   * @param positiveWeight of the positive part of each target, broadcast; null for 1
   */
  public final Tensor binaryCrossEntropyWithLogits(
      Tensor target,
      @Nullable Tensor weight,
      @Nullable Tensor positiveWeight,
      LossReduction reduction) {
    Variable losses =
        BinaryCrossEntropyWithLogits.of(
            variable(),
            target.variable(),
            positiveWeight == null ? null : positiveWeight.variable());
    return weighted("binary_cross_entropy_with_logits", losses, weight, reduction);
  }

  /**
   * The Kullback-Leibler divergence of log-probabilities from probabilities, for each batch row.
   */
  public final Tensor klDiv(Tensor target) {
    return klDiv(target, false, LossReduction.BATCHMEAN);
  }

  /**
   * The Kullback-Leibler divergence of these log-probabilities from a target: {@code target (ln
   * target - this)}, broadcast.
   *
   * @param logTarget whether the target holds log-probabilities too
   * @param reduction {@link LossReduction#BATCHMEAN} is the mathematical definition
   */
  public final Tensor klDiv(Tensor target, boolean logTarget, LossReduction reduction) {
    Variable losses = KlDiv.of(variable(), target.variable(), logTarget);
    if (reduction != LossReduction.BATCHMEAN) {
      return reduced("kl_div", losses, reduction);
    }
    if (dim() == 0) {
      return reduced("kl_div", losses, LossReduction.SUM);
    }
    // Divided before they are added, which takes no launch of its own.
    Variable shares = Div.of(losses, size(0));
    Losses.release(losses);
    return reduced("kl_div", shares, LossReduction.SUM);
  }

  /** The mean hinge embedding loss with margin 1. */
  public final Tensor hingeEmbeddingLoss(Tensor target) {
    return hingeEmbeddingLoss(target, 1, LossReduction.MEAN);
  }

  /**
   * These distances where the target is 1, {@code max(0, margin - this)} where it is -1; broadcast.
   */
  public final Tensor hingeEmbeddingLoss(Tensor target, double margin, LossReduction reduction) {
    return reduced(
        "hinge_embedding_loss",
        HingeEmbeddingLoss.of(variable(), target.variable(), margin),
        reduction);
  }

  /** The mean margin ranking loss with margin 0. */
  public final Tensor marginRankingLoss(Tensor other, Tensor target) {
    return marginRankingLoss(other, target, 0, LossReduction.MEAN);
  }

  /**
   * {@code max(0, margin - target (this - other))}, broadcast.
   *
   * @param target 1 where this should rank higher, -1 where other should
   */
  public final Tensor marginRankingLoss(
      Tensor other, Tensor target, double margin, LossReduction reduction) {
    return reduced(
        "margin_ranking_loss",
        MarginRankingLoss.of(variable(), other.variable(), target.variable(), margin),
        reduction);
  }

  /** The mean cosine embedding loss with margin 0. */
  public final Tensor cosineEmbeddingLoss(Tensor other, Tensor target) {
    return cosineEmbeddingLoss(other, target, 0, LossReduction.MEAN);
  }

  /**
   * {@code 1 - cos(this, other)} where the target is 1, {@code max(0, cos(this, other) - margin)}
   * where it is -1, for vectors along the last dimension.
   *
   * @param target 1 or -1 for each pair of vectors
   */
  public final Tensor cosineEmbeddingLoss(
      Tensor other, Tensor target, double margin, LossReduction reduction) {
    return reduced(
        "cosine_embedding_loss",
        CosineEmbeddingLoss.of(variable(), other.variable(), target.variable(), margin),
        reduction);
  }

  /** The mean triplet margin loss of these anchors with the default options. */
  public final Tensor tripletMarginLoss(Tensor positive, Tensor negative) {
    return tripletMarginLoss(positive, negative, TripletMarginOptions.DEFAULT);
  }

  /**
   * {@code max(0, margin + |this - positive| - |this - negative|)} for vectors along the last
   * dimension.
   */
  public final Tensor tripletMarginLoss(
      Tensor positive, Tensor negative, TripletMarginOptions options) {
    return reduced(
        "triplet_margin_loss",
        TripletMarginLoss.of(
            variable(),
            positive.variable(),
            negative.variable(),
            options.margin(),
            options.p(),
            options.eps(),
            options.swap()),
        options.reduction());
  }

  /** The cosines of the angles between vectors along dimension 1. */
  public final Tensor cosineSimilarity(Tensor other) {
    return cosineSimilarity(other, 1, 1e-8);
  }

  /**
   * The cosines of the angles between vectors, broadcast.
   *
   * @param dim the dimension of the vectors; a negative one counts from the end
   * @param eps the least length that counts
   */
  public final Tensor cosineSimilarity(Tensor other, int dim, double eps) {
    return new Tensor(CosineSimilarity.of(variable(), other.variable(), dim, eps));
  }

  /** The Euclidean distances between vectors along the last dimension. */
  public final Tensor pairwiseDistance(Tensor other) {
    return pairwiseDistance(other, 2, DISTANCE_EPS, false);
  }

  /**
   * The distances between vectors along the last dimension, broadcast.
   *
   * @param p which norm
   * @param eps what is added to every difference
   * @param keepdim whether the last dimension stays with size 1
   */
  public final Tensor pairwiseDistance(Tensor other, double p, double eps, boolean keepdim) {
    return new Tensor(PairwiseDistance.of(variable(), other.variable(), p, eps, keepdim));
  }

  /** The vectors along dimension 1, made of Euclidean length 1. */
  public final Tensor normalize() {
    return normalize(2, 1, 1e-12);
  }

  /**
   * The vectors along a dimension, made of length 1.
   *
   * @param p which norm
   * @param dim the dimension; a negative one counts from the end
   * @param eps vectors shorter than this are divided by it
   */
  public final Tensor normalize(double p, int dim, double eps) {
    return new Tensor(Normalize.of(variable(), p, dim, eps));
  }

  private static Tensor weighted(
      String op, Variable losses, @Nullable Tensor weight, LossReduction reduction) {
    if (weight == null) {
      return reduced(op, losses, reduction);
    }
    Variable product = Losses.weighted(op, losses, weight.variable());
    Losses.release(losses);
    return reduced(op, product, reduction);
  }

  private static Tensor reduced(String op, Variable losses, LossReduction reduction) {
    int[] all = {};
    Variable y =
        switch (CrossEntropyOptions.mode(op, reduction)) {
          case NONE -> losses;
          case MEAN -> Mean.of(losses, all, false);
          case SUM -> Sum.of(losses, all, false);
        };
    if (y != losses) {
      Losses.release(losses);
    }
    return new Tensor(y);
  }
}
