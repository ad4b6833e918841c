package dev.clgrad.op;

import dev.clgrad.AutogradException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/**
 * The running mean and variance of each channel that batch and instance norm keep, or none.
 *
 * @param mean one element for each channel
 * @param variance likewise; null where mean is
 */
record RunningStatistics(@Nullable Variable mean, @Nullable Variable variance) {

  /**
   * Checks that both are there or neither, and one element for each channel of x.
   *
   * @param needed whether the norm is by them
   * @param updated whether they are to be overwritten
   */
  void check(String op, Variable x, long channels, boolean needed, boolean updated) {
    if ((mean == null) != (variance == null) || (needed && mean == null)) {
      throw new ShapeException(
          op
              + ": the running "
              + (mean == null ? "mean" : "variance")
              + " is missing; give both running statistics"
              + (needed ? ", or use those of the input" : ", or neither"));
    }
    ChannelNorm.checkChannels(op, "running mean", x, channels, mean);
    ChannelNorm.checkChannels(op, "running variance", x, channels, variance);
    if (updated && mean != null && variance != null) {
      if (GradMode.isEnabled() && (mean.requiresGrad() || variance.requiresGrad())) {
        throw new AutogradException(
            op
                + ": the running statistics require gradients and are to be changed in place; pass"
                + " them without requiresGrad");
      }
    }
  }

  /** Whether there are any. */
  boolean present() {
    return mean != null;
  }

  /**
   * Moves both towards new statistics.
   *
   * @param newMean one element for each channel, of any shape
   * @param newVariance likewise, of the unbiased estimate
   * @param momentum how far: 0 is not at all, 1 all the way
   */
  void update(Variable newMean, Variable newVariance, double momentum) {
    if (mean == null || variance == null) {
      return;
    }
    try (GradMode off = GradMode.set(false)) {
      move(mean, newMean.detach(), momentum);
      move(variance, newVariance.detach(), momentum);
    }
  }

  private static void move(Variable running, Variable next, double momentum) {
    Variable flat = Reshape.of(next, running.shape());
    Variable before = Widened.in(running.detach());
    Cast.into(running, Add.of(Mul.of(before, 1 - momentum), Mul.of(flat, momentum)));
  }

  /**
   * The norm of a widened x by these statistics, recorded operation by operation.
   *
   * @param weight widened and seen in that shape, or null for ones
   * @param bias likewise, or null for zeros
   * @param channels the shape to see the statistics in, beside x
   */
  Variable normalize(
      Variable x, @Nullable Variable weight, @Nullable Variable bias, Shape channels, double eps) {
    if (mean == null || variance == null) {
      throw new IllegalStateException("there are no running statistics");
    }
    Variable around = Reshape.of(Widened.in(mean), channels);
    Variable rstd =
        ChannelNorm.reciprocalDeviation(Reshape.of(Widened.in(variance), channels), eps);
    Variable factor = weight == null ? rstd : Mul.of(rstd, weight);
    return ChannelNorm.affine(Mul.of(Sub.of(x, around), factor), null, bias);
  }
}
