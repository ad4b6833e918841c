package dev.clgrad;

import dev.clgrad.op.CrossEntropy;
import org.jspecify.annotations.Nullable;

/**
 * How {@link Tensor#crossEntropy(Tensor, CrossEntropyOptions)} computes the loss: {@code
 * CrossEntropyOptions.DEFAULT.withLabelSmoothing(0.1)}.
 *
 * @param reduction what becomes of the losses of all positions
 * @param weight the weight of each class, shape (C); null for 1
 * @param ignoreIndex the class index whose positions count neither in the loss nor in its mean
 * @param labelSmoothing how much of each target is spread evenly over all classes, from 0 to 1
 */
public record CrossEntropyOptions(
    LossReduction reduction, @Nullable Tensor weight, long ignoreIndex, double labelSmoothing) {
  /** PyTorch's defaults: the mean, no weights, -100 ignored, no smoothing. */
  public static final CrossEntropyOptions DEFAULT =
      new CrossEntropyOptions(LossReduction.MEAN, null, -100, 0);

  /** These options with another reduction. */
  public CrossEntropyOptions withReduction(LossReduction other) {
    return new CrossEntropyOptions(other, weight, ignoreIndex, labelSmoothing);
  }

  /** These options with class weights. */
  public CrossEntropyOptions withWeight(@Nullable Tensor other) {
    return new CrossEntropyOptions(reduction, other, ignoreIndex, labelSmoothing);
  }

  /** These options with another ignored class index. */
  public CrossEntropyOptions withIgnoreIndex(long other) {
    return new CrossEntropyOptions(reduction, weight, other, labelSmoothing);
  }

  /** These options with another label smoothing. */
  public CrossEntropyOptions withLabelSmoothing(double other) {
    return new CrossEntropyOptions(reduction, weight, ignoreIndex, other);
  }

  CrossEntropy.Options toOp() {
    return new CrossEntropy.Options(
        mode("cross_entropy", reduction),
        weight == null ? null : weight.variable(),
        ignoreIndex,
        labelSmoothing);
  }

  static CrossEntropy.Mode mode(String op, LossReduction reduction) {
    return switch (reduction) {
      case NONE -> CrossEntropy.Mode.NONE;
      case MEAN -> CrossEntropy.Mode.MEAN;
      case SUM -> CrossEntropy.Mode.SUM;
      case BATCHMEAN ->
          throw new ClgradException(
              op + ": the reduction batchmean is for kl_div alone; use mean, sum or none");
    };
  }
}
