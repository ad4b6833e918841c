package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Variable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * instance_norm: each channel of each element of the batch normalized by its own mean and variance,
 * or by running ones.
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
   * @throws dev.clgrad.DTypeException if the numbers are not floating-point, or the dtypes differ
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
    Shape beside = ChannelNorm.beside(x.rank(), channels);
    if (!useInputStats) {
      return running.normalize(x, weight, bias, beside, eps);
    }
    int[] dims = IntStream.range(2, x.rank()).toArray();
    long count = IntStream.of(dims).mapToLong(d -> x.shape().size(d)).reduce(1, (a, b) -> a * b);
    if (count == 1) {
      throw new ShapeException(
          "instance_norm: each channel of shape "
              + x.shape()
              + " has a single value, which has no variance; expected more than one in space");
    }
    if (x.shape().numel() == 0) {
      return Cast.copy(
          ChannelNorm.affine(x, ChannelNorm.seen(weight, beside), ChannelNorm.seen(bias, beside)));
    }
    ChannelNorm norm = new ChannelNorm(OP.name(), OP.nodeName(), dims, beside, eps);
    ChannelNorm.Result result =
        norm.of(x, ChannelNorm.seen(weight, beside), ChannelNorm.seen(bias, beside));
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
