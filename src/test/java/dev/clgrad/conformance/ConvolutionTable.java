package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;

import dev.clgrad.ConvOptions;
import dev.clgrad.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How cases of convolutions, pooling and interpolation call the API. */
final class ConvolutionTable {
  private ConvolutionTable() {}

  static void fill() {
    convolution("conv1d", Tensor::conv1d);
    convolution("conv2d", Tensor::conv2d);
    convolution("conv3d", Tensor::conv3d);
    convolution("conv_transpose1d", Tensor::convTranspose1d);
    convolution("conv_transpose2d", Tensor::convTranspose2d);
  }

  private interface Convolution {
    Tensor apply(Tensor input, Tensor weight, @Nullable Tensor bias, ConvOptions options);
  }

  private static void convolution(String name, Convolution function) {
    op(
        name,
        "input weight bias",
        "stride padding dilation groups output_padding",
        c -> function.apply(c.x(), c.in("weight"), c.maybe("bias"), options(c)));
  }

  private static ConvOptions options(Call c) {
    ConvOptions options = ConvOptions.of().groups(c.integer64("groups", 1));
    if (c.has("stride")) {
      options = options.stride(longs(c, "stride"));
    }
    if (c.has("dilation")) {
      options = options.dilation(longs(c, "dilation"));
    }
    if (c.has("output_padding")) {
      options = options.outputPadding(longs(c, "output_padding"));
    }
    if (c.isText("padding")) {
      options = options.padding(c.text("padding", ""));
    } else if (c.has("padding")) {
      options = options.padding(longs(c, "padding"));
    }
    return options;
  }

  private static long[] longs(Call c, String name) {
    return Arrays.stream(c.ints(name)).asLongStream().toArray();
  }
}
