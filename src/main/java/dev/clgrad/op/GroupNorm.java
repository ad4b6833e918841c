package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/**
 * group_norm: groups of channels of each element of the batch normalized by their own mean and
 * variance.
 */
public final class GroupNorm extends CompositeOp {
  private static final GroupNorm OP = new GroupNorm();

  private GroupNorm() {
    super("group_norm");
  }

  /**
   * The group norm of x, of shape (batch, channels, ...).
   *
   * @param groups how many groups the channels are divided into
   * @param weight one element for each channel, or null for ones
   * @param bias one element for each channel, or null for zeros
   * @param eps what is added to the variance
   * @throws ShapeException if shapes do not fit, or the channels cannot be divided
   * @throws dev.clgrad.DTypeException if the numbers are not floating-point, or the dtypes differ
   */
  public static Variable of(
      Variable x, long groups, @Nullable Variable weight, @Nullable Variable bias, double eps) {
    ChannelNorm.checkInput(OP.name(), x, 2);
    long channels = x.shape().size(1);
    if (groups < 1 || channels % groups != 0) {
      throw new ShapeException(
          "group_norm: the "
              + channels
              + " channels of shape "
              + x.shape()
              + " cannot be divided into "
              + groups
              + " groups; expected a divisor of their number");
    }
    ChannelNorm.checkChannels(OP.name(), "weight", x, channels, weight);
    ChannelNorm.checkChannels(OP.name(), "bias", x, channels, bias);
    if (Widened.isNeeded(x)) {
      @Nullable Variable wideWeight = Widened.inOrNull(weight);
      @Nullable Variable wideBias = Widened.inOrNull(bias);
      return Widened.through(x, wide -> of(wide, groups, wideWeight, wideBias, eps));
    }
    long batch = x.shape().size(0);
    Shape beside = Shape.of(1, groups, channels / groups, 1);
    if (x.shape().numel() == 0) {
      Shape same = ChannelNorm.beside(x.rank(), channels);
      return Cast.copy(
          ChannelNorm.affine(x, ChannelNorm.seen(weight, same), ChannelNorm.seen(bias, same)));
    }
    Shape grouped =
        Shape.of(batch, groups, channels / groups, x.shape().numel() / (batch * channels));
    ChannelNorm norm =
        new ChannelNorm(OP.name(), "NativeGroupNormBackward0", new int[] {2, 3}, beside, eps);
    ChannelNorm.Result result =
        norm.of(
            Reshape.of(x, grouped),
            ChannelNorm.seen(weight, beside),
            ChannelNorm.seen(bias, beside));
    result.moments().close();
    return Reshape.of(result.y(), x.shape());
  }
}
