package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;
import static dev.clgrad.conformance.OpTable.ops;

import dev.clgrad.ConvOptions;
import dev.clgrad.MaxPooled;
import dev.clgrad.PoolOptions;
import dev.clgrad.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** How cases of convolutions, pooling and interpolation call the API. */
final class ConvolutionTable {
  private static final String POOL =
      "kernel_size stride padding dilation ceil_mode return_indices count_include_pad"
          + " divisor_override";
  private static final String ADAPTIVE = "output_size return_indices";

  private ConvolutionTable() {}

  static void fill() {
    convolution("conv1d", Tensor::conv1d);
    convolution("conv2d", Tensor::conv2d);
    convolution("conv3d", Tensor::conv3d);
    convolution("conv_transpose1d", Tensor::convTranspose1d);
    convolution("conv_transpose2d", Tensor::convTranspose2d);
    maximum("max_pool1d", (x, c) -> x.maxPool1dWithIndices(pool(c)), POOL);
    maximum("max_pool2d", (x, c) -> x.maxPool2dWithIndices(pool(c)), POOL);
    maximum(
        "adaptive_max_pool2d", (x, c) -> x.adaptiveMaxPool2dWithIndices(outputSize(c)), ADAPTIVE);
    op("avg_pool1d", "input", POOL, c -> c.x().avgPool1d(pool(c)));
    op("avg_pool2d", "input", POOL, c -> c.x().avgPool2d(pool(c)));
    op("adaptive_avg_pool2d", "input", ADAPTIVE, c -> c.x().adaptiveAvgPool2d(outputSize(c)));
    op(
        "interpolate",
        "input",
        "size scale_factor mode align_corners",
        ConvolutionTable::interpolate);
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

  private static void maximum(
      String name, BiFunction<Tensor, Call, MaxPooled> function, String attrs) {
    ops(
        name,
        "input",
        attrs,
        "",
        c -> {
          MaxPooled pooled = function.apply(c.x(), c);
          return c.flag("return_indices", false)
              ? List.of(pooled.values(), pooled.indices())
              : List.of(pooled.values());
        });
  }

  private static PoolOptions pool(Call c) {
    PoolOptions options =
        PoolOptions.of(longs(c, "kernel_size"))
            .ceilMode(c.flag("ceil_mode", false))
            .countIncludePad(c.flag("count_include_pad", true));
    if (c.ints("stride").length > 0) {
      options = options.stride(longs(c, "stride"));
    }
    if (c.has("padding")) {
      options = options.padding(longs(c, "padding"));
    }
    if (c.has("dilation")) {
      options = options.dilation(longs(c, "dilation"));
    }
    return c.has("divisor_override")
        ? options.divisorOverride(c.integer64("divisor_override"))
        : options;
  }

  private static long[] outputSize(Call c) {
    return c.intsOrNulls("output_size", -1);
  }

  private static Tensor interpolate(Call c) {
    boolean corners = c.flag("align_corners", false);
    String mode = c.text("mode", "nearest");
    return c.has("size")
        ? c.x().interpolate(longs(c, "size"), mode, corners)
        : c.x().interpolate(new double[] {c.real("scale_factor")}, mode, corners);
  }

  private static long[] longs(Call c, String name) {
    return Arrays.stream(c.ints(name)).asLongStream().toArray();
  }
}
