package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import java.util.Arrays;

/**
 * The sizes of a convolution from x to y, in three dimensions: the first ones are 1 where there are
 * fewer. A transposed convolution is described by the convolution whose input gradient it is.
 *
 * @param op the operation's name, for messages
 * @param x the shape of the input
 * @param weight the shape of the weights
 * @param y the shape of the result
 * @param channels input channels of a group
 * @param rows output channels of a group
 */
record ConvolutionShape(
    String op,
    Shape x,
    Shape weight,
    Shape y,
    long batches,
    long groups,
    long channels,
    long rows,
    Dim[] dims) {

  /**
   * One dimension: sizes of x and y, and how the kernel moves; {@code padding} is that in front.
   */
  record Dim(long in, long out, long taps, long stride, long dilation, long padding) {
    static final Dim ONE = new Dim(1, 1, 1, 1, 1, 0);

    Window forward() {
      return new Window(in, out, taps, stride, dilation, -padding, 1, 1);
    }

    Window inputGradient() {
      return new Window(
          out, in, taps, 1, -dilation, padding, stride, stride / gcd(stride, dilation));
    }

    private static long gcd(long a, long b) {
      return b == 0 ? a : gcd(b, a % b);
    }
  }

  /** A convolution of an input with {@code dims} dimensions beside batch and channels. */
  static ConvolutionShape forward(
      String op, int dims, Shape x, Shape weight, ConvolutionSettings settings) {
    checkRanks(op, dims, x, weight);
    long groups = checkGroups(op, settings);
    long[] stride = ConvolutionSettings.each(op, "stride", settings.stride(), dims, 1);
    long[] dilation = ConvolutionSettings.each(op, "dilation", settings.dilation(), dims, 1);
    long[] padding = padding(op, dims, settings);
    refuseOutputPadding(op, dims, settings);
    if (settings.same() && Arrays.stream(stride).anyMatch(s -> s != 1)) {
      throw new ShapeException(
          op
              + ": the padding \"same\" with stride "
              + Arrays.toString(stride)
              + ": sizes stay the same with stride 1 alone; give the padding in numbers");
    }
    int channelDim = x.rank() - dims - 1;
    long inChannels = x.size(channelDim);
    long outChannels = weight.size(0);
    if (outChannels % groups != 0 || inChannels != weight.size(1) * groups) {
      throw new ShapeException(
          op
              + ": an input of shape "
              + x
              + " with "
              + inChannels
              + " channels and a weight of shape "
              + weight
              + " with groups = "
              + groups
              + ": expected a weight [out, channels / groups, kernel…] with out a multiple of groups");
    }
    long[] result = x.toArray();
    result[channelDim] = outChannels;
    Dim[] all = {Dim.ONE, Dim.ONE, Dim.ONE};
    for (int d = 0; d < dims; d++) {
      long in = x.size(channelDim + 1 + d);
      long taps = weight.size(2 + d);
      long reach = dilation[d] * (taps - 1) + 1;
      long before = settings.same() ? (reach - 1) / 2 : padding[d];
      long padded = settings.same() ? in + reach - 1 : in + 2 * padding[d];
      if (taps < 1 || padded < reach) {
        throw new ShapeException(
            op
                + ": the kernel of the weight "
                + weight
                + " with dilation "
                + Arrays.toString(dilation)
                + " reaches over "
                + reach
                + " places of dimension "
                + d
                + ", and the padded input of shape "
                + x
                + " has "
                + padded
                + "; pad more or use a smaller kernel");
      }
      long out = (padded - reach) / stride[d] + 1;
      result[channelDim + 1 + d] = out;
      all[3 - dims + d] = new Dim(in, out, taps, stride[d], dilation[d], before);
    }
    long batches = channelDim == 0 ? 1 : x.size(0);
    return new ConvolutionShape(
        op,
        x,
        weight,
        Shape.of(result),
        batches,
        groups,
        weight.size(1),
        outChannels / groups,
        all);
  }

  /** The convolution whose input gradient a transposed convolution of {@code y} is. */
  static ConvolutionShape transposed(
      String op, int dims, Shape y, Shape weight, ConvolutionSettings settings) {
    checkRanks(op, dims, y, weight);
    long groups = checkGroups(op, settings);
    long[] stride = ConvolutionSettings.each(op, "stride", settings.stride(), dims, 1);
    long[] dilation = ConvolutionSettings.each(op, "dilation", settings.dilation(), dims, 1);
    if (settings.same()) {
      throw new ShapeException(
          op + ": a transposed convolution has no padding \"same\"; give the padding in numbers");
    }
    long[] padding = padding(op, dims, settings);
    long[] more = ConvolutionSettings.each(op, "output padding", settings.outputPadding(), dims, 0);
    int channelDim = y.rank() - dims - 1;
    if (y.size(channelDim) != weight.size(0) || weight.size(0) % groups != 0) {
      throw new ShapeException(
          op
              + ": an input of shape "
              + y
              + " with "
              + y.size(channelDim)
              + " channels and a weight of shape "
              + weight
              + " with groups = "
              + groups
              + ": expected a weight [channels, out / groups, kernel…] with channels a multiple of groups");
    }
    long[] result = y.toArray();
    result[channelDim] = weight.size(1) * groups;
    Dim[] all = {Dim.ONE, Dim.ONE, Dim.ONE};
    for (int d = 0; d < dims; d++) {
      long in = y.size(channelDim + 1 + d);
      long taps = weight.size(2 + d);
      if (more[d] >= Math.max(stride[d], dilation[d])) {
        throw new ShapeException(
            op
                + ": output padding "
                + Arrays.toString(more)
                + " must be smaller than stride "
                + Arrays.toString(stride)
                + " or dilation "
                + Arrays.toString(dilation)
                + " in each dimension");
      }
      long out = (in - 1) * stride[d] - 2 * padding[d] + dilation[d] * (taps - 1) + more[d] + 1;
      if (taps < 1 || in < 1 || out < 1) {
        throw new ShapeException(
            op
                + ": an input of shape "
                + y
                + ", a weight of shape "
                + weight
                + " and padding "
                + Arrays.toString(padding)
                + " leave a size of "
                + out
                + " in dimension "
                + d
                + "; it must be at least 1: pad less");
      }
      result[channelDim + 1 + d] = out;
      all[3 - dims + d] = new Dim(out, in, taps, stride[d], dilation[d], padding[d]);
    }
    long batches = channelDim == 0 ? 1 : y.size(0);
    return new ConvolutionShape(
        op,
        Shape.of(result),
        weight,
        y,
        batches,
        groups,
        weight.size(1),
        weight.size(0) / groups,
        all);
  }

  /** The taps of the kernel. */
  long taps() {
    return dims[0].taps() * dims[1].taps() * dims[2].taps();
  }

  /** The places of y. */
  long places() {
    return dims[0].out() * dims[1].out() * dims[2].out();
  }

  private static void checkRanks(String op, int dims, Shape x, Shape weight) {
    if ((x.rank() != dims + 1 && x.rank() != dims + 2) || weight.rank() != dims + 2) {
      throw new ShapeException(
          op
              + ": an input of shape "
              + x
              + " and a weight of shape "
              + weight
              + "; expected an input [batch, channels, …] or [channels, …] and a weight [.., .., kernel…] with "
              + dims
              + (dims == 1 ? " size" : " sizes")
              + " in place of …; reshape or unsqueeze them");
    }
  }

  private static long checkGroups(String op, ConvolutionSettings settings) {
    if (settings.groups() < 1) {
      throw new ShapeException(
          op + ": groups = " + settings.groups() + "; there must be at least 1");
    }
    return settings.groups();
  }

  private static long[] padding(String op, int dims, ConvolutionSettings settings) {
    return ConvolutionSettings.each(op, "padding", settings.padding(), dims, 0);
  }

  private static void refuseOutputPadding(String op, int dims, ConvolutionSettings settings) {
    for (long more :
        ConvolutionSettings.each(op, "output padding", settings.outputPadding(), dims, 0)) {
      if (more != 0) {
        throw new ShapeException(
            op
                + ": output padding "
                + Arrays.toString(settings.outputPadding())
                + " is for transposed convolutions; leave it out");
      }
    }
  }
}
