package dev.clgrad;

/**
 * How {@link Tensor#tripletMarginLoss(Tensor, Tensor, TripletMarginOptions)} computes the loss:
 * {@code TripletMarginOptions.DEFAULT.withMargin(0.5)}.
 *
 * @param margin by how much the negative is to be farther away than the positive
 * @param p which norm measures distances
 * @param eps what is added to every difference
 * @param swap whether the negative's distance from the positive counts where it is the smaller one
 * @param reduction what becomes of the losses of all triplets
 */
public record TripletMarginOptions(
    double margin, double p, double eps, boolean swap, LossReduction reduction) {
  /** PyTorch's defaults: margin 1, the Euclidean norm, eps 1e-6, no swap, the mean. */
  public static final TripletMarginOptions DEFAULT =
      new TripletMarginOptions(1, 2, 1e-6, false, LossReduction.MEAN);

  /** These options with another margin. */
  public TripletMarginOptions withMargin(double other) {
    return new TripletMarginOptions(other, p, eps, swap, reduction);
  }

  /** These options with another norm. */
  public TripletMarginOptions withP(double other) {
    return new TripletMarginOptions(margin, other, eps, swap, reduction);
  }

  /** These options with another eps. */
  public TripletMarginOptions withEps(double other) {
    return new TripletMarginOptions(margin, p, other, swap, reduction);
  }

  /** These options with or without the swap. */
  public TripletMarginOptions withSwap(boolean other) {
    return new TripletMarginOptions(margin, p, eps, other, reduction);
  }

  /** These options with another reduction. */
  public TripletMarginOptions withReduction(LossReduction other) {
    return new TripletMarginOptions(margin, p, eps, swap, other);
  }
}
