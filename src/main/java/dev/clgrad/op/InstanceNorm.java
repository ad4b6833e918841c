package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/**
 * instance_norm: each channel of each element of the batch normalized by its own mean and variance,
 * or by running ones: by its own, it is group norm with a group for each channel.
 */
public final class InstanceNorm extends CompositeOp {
  private static final InstanceNorm OP = new InstanceNorm();

  private InstanceNorm() {
    super("instance_norm");
  }

  /**
   * The instance norm of x, of shape (batch, channels, space...). Where the input's own statistics
   * are used, running ones are changed in place: by the batch's average of the means and of the
   * unbiased variances.
   *
   * @param runningMean one element for each channel, or null for none
   * @param runningVar likewise
   * @param weight one element for each channel, or null for ones
   * @param bias one element for each channel, or null for zeros
   * @param useInputStats whether by the statistics of the input
   * @param momentum how far the running statistics move
   * @param eps what is added to the variance
   * @throws ShapeException if shapes do not fit, running statistics are missing, or a channel has a
   *     single value
   * @throws dev.clgrad.DTypeException if the numbers are not floating-point, or the dtypes differ,
   *     but for float32 beside float16 and bfloat16
   * @throws dev.clgrad.AutogradException if running statistics to be changed require gradients
   */
  public static Variable of(
      Variable x,
      @Nullable Variable runningMean,
      @Nullable Variable runningVar,
      @Nullable Variable weight,
      @Nullable Variable bias,
      boolean useInputStats,
      double momentum,
      double eps) {
    ChannelNorm.checkInput(OP.name(), x, 3);
    long channels = x.shape().size(1);
    RunningStatistics running = new RunningStatistics(runningMean, runningVar);
    running.check(OP.name(), x, channels, !useInputStats, useInputStats);
    ChannelNorm.checkChannels(OP.name(), "weight", x, channels, weight);
    ChannelNorm.checkChannels(OP.name(), "bias", x, channels, bias);
    long space = Reduction.keptShape(x.shape(), new int[] {0, 1}).numel();
    if (useInputStats && space == 1) {
      throw new ShapeException(
          "instance_norm: each channel of shape "
              + x.shape()
              + " has a single value, which has no variance; expected more than one in space");
    }
    @Nullable Variable w = Widened.inOrNull(weight);
    @Nullable Variable b = Widened.inOrNull(bias);
    return Widened.through(
        x,
        wide -> {
          if (!useInputStats) {
            Shape beside = ChannelNorm.beside(x.rank(), channels);
            return running.normalize(
                wide, ChannelNorm.seen(w, beside), ChannelNorm.seen(b, beside), beside, eps);
          }
          return x.shape().numel() == 0
              ? GroupNorm.empty(wide, w, b)
              : own(wide, running, w, b, momentum, eps);
        });
  }

  private static Variable own(
      Variable x,
      RunningStatistics running,
      @Nullable Variable weight,
      @Nullable Variable bias,
      double momentum,
      double eps) {
    ChannelNorm.Result result =
        GroupNorm.normalize(OP.name(), OP.nodeName(), x, x.shape().size(1), weight, bias, eps);
    Moments moments = result.moments();
    if (running.present()) {
      try (GradMode off = GradMode.set(false)) {
        int[] batch = {0};
        running.update(
            Mean.of(moments.mean(), batch, true),
            Mean.of(moments.variance(1), batch, true),
            momentum);
      }
    }
    moments.close();
    return result.y();
  }
}
