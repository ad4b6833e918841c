package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * batch_norm: each channel normalized by the mean and variance of the batch, in training, or by
 * running ones. Its kernels take the sums of the backward pass; {@link ChannelNorm} has the rest.
 */
public final class BatchNorm extends KernelOp {
  private static final BatchNorm OP = new BatchNorm();

  private BatchNorm() {
    super("batch_norm", "norm/batch_norm.cl");
  }

  /**
   * The batch norm of x, of shape (batch, channels, ...). In training, running statistics are
   * changed in place: by the mean and the unbiased variance of the batch.
   *
   * @param runningMean one element for each channel, or null for none
   * @param runningVar likewise
   * @param weight one element for each channel, or null for ones
   * @param bias one element for each channel, or null for zeros
   * @param training whether by the statistics of the batch
   * @param momentum how far the running statistics move
   * @param eps what is added to the variance
   * @throws ShapeException if shapes do not fit, running statistics are missing, or a channel has a
   *     single value in training
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
      boolean training,
      double momentum,
      double eps) {
    boolean empty = x.shape().numel() == 0;
    ChannelNorm.checkInput(OP.name(), x, empty ? 1 : 2);
    long channels = x.shape().size(Math.min(1, x.rank() - 1));
    RunningStatistics running = new RunningStatistics(runningMean, runningVar);
    running.check(OP.name(), x, channels, !training, training);
    ChannelNorm.checkChannels(OP.name(), "weight", x, channels, weight);
    ChannelNorm.checkChannels(OP.name(), "bias", x, channels, bias);
    if (x.rank() == 1) {
      return Cast.copy(x);
    }
    long count = empty ? 0 : x.shape().numel() / channels;
    if (training && count == 1) {
      throw new ShapeException(
          "batch_norm: each channel of shape "
              + x.shape()
              + " has a single value, which has no variance; expected more than one in training");
    }
    Shape beside = ChannelNorm.beside(x.rank(), channels);
    @Nullable Variable w = ChannelNorm.seen(Widened.inOrNull(weight), beside);
    @Nullable Variable b = ChannelNorm.seen(Widened.inOrNull(bias), beside);
    return Widened.through(
        x,
        wide -> {
          if (empty) {
            return Cast.copy(ChannelNorm.affine(wide, w, b));
          }
          return training
              ? trained(wide, running, w, b, beside, momentum, eps)
              : running.normalize(wide, w, b, beside, eps);
        });
  }

  private static Variable trained(
      Variable x,
      RunningStatistics running,
      @Nullable Variable weight,
      @Nullable Variable bias,
      Shape beside,
      double momentum,
      double eps) {
    int[] dims = IntStream.range(0, x.rank()).filter(d -> d != 1).toArray();
    ChannelNorm norm = new ChannelNorm(OP.name(), "NativeBatchNormBackward0", dims, beside, eps);
    ChannelNorm.Result result = norm.of(x, weight, bias);
    Moments moments = result.moments();
    running.update(moments.mean(), moments.variance(1), momentum);
    moments.close();
    return result.y();
  }
}
