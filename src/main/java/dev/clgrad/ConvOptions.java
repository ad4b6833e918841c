package dev.clgrad;

import dev.clgrad.op.ConvolutionSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How a convolution moves over its input: {@code ConvOptions.of().stride(2).padding(1)}. Lists hold
 * one number for all dimensions or one for each. Instances do not change: each method returns a new
 * one.
 */
public final class ConvOptions {
  private static final ConvOptions DEFAULT =
      new ConvOptions(
          new ConvolutionSettings(
              new long[] {1}, new long[] {0}, false, new long[] {1}, new long[] {0}, 1));

  private final ConvolutionSettings settings;

  private ConvOptions(ConvolutionSettings settings) {
    this.settings = settings;
  }

  /** Stride 1, no padding, dilation 1, one group. */
  public static ConvOptions of() {
    return DEFAULT;
  }

  /** How far the kernel moves from place to place. */
  public ConvOptions stride(long... stride) {
    return new ConvOptions(
        new ConvolutionSettings(
            stride.clone(),
            settings.padding(),
            settings.same(),
            settings.dilation(),
            settings.outputPadding(),
            settings.groups()));
  }

  /** How many zeros stand before and behind the input. */
  public ConvOptions padding(long... padding) {
    return padded(padding.clone(), false);
  }

  /**
   * Padding by name.
   *
   * @param padding {@code "valid"} for none, {@code "same"} for as much as keeps the size, which
   *     needs stride 1; where that is odd, one zero more stands behind the input
   * @throws ShapeException for another name
   */
  public ConvOptions padding(String padding) {
    if (!padding.equals("same") && !padding.equals("valid")) {
      throw new ShapeException(
          "convolution: there is no padding \""
              + padding
              + "\"; expected \"same\", \"valid\" or numbers");
    }
    return padded(new long[] {0}, padding.equals("same"));
  }

  private ConvOptions padded(long[] padding, boolean same) {
    return new ConvOptions(
        new ConvolutionSettings(
            settings.stride(),
            padding,
            same,
            settings.dilation(),
            settings.outputPadding(),
            settings.groups()));
  }

  /** How far the elements of the kernel are apart. */
  public ConvOptions dilation(long... dilation) {
    return new ConvOptions(
        new ConvolutionSettings(
            settings.stride(),
            settings.padding(),
            settings.same(),
            dilation.clone(),
            settings.outputPadding(),
            settings.groups()));
  }

  /**
   * What a transposed convolution adds to the size of its result at the end of each dimension; less
   * than stride or dilation.
   */
  public ConvOptions outputPadding(long... outputPadding) {
    return new ConvOptions(
        new ConvolutionSettings(
            settings.stride(),
            settings.padding(),
            settings.same(),
            settings.dilation(),
            outputPadding.clone(),
            settings.groups()));
  }

  /** Into how many groups the channels are divided, each convolved for itself. */
  public ConvOptions groups(long groups) {
    return new ConvOptions(
        new ConvolutionSettings(
            settings.stride(),
            settings.padding(),
            settings.same(),
            settings.dilation(),
            settings.outputPadding(),
            groups));
  }

  /** Into how many groups the channels are divided. */
  public long groups() {
    return settings.groups();
  }

  /** What differs from {@link #of()}, such as {@code stride=[2], padding=[1]}; empty if nothing. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    add(parts, "stride", settings.stride(), 1);
    if (settings.same()) {
      parts.add("padding=same");
    }
    add(parts, "padding", settings.padding(), 0);
    add(parts, "dilation", settings.dilation(), 1);
    add(parts, "outputPadding", settings.outputPadding(), 0);
    if (settings.groups() != 1) {
      parts.add("groups=" + settings.groups());
    }
    return String.join(", ", parts);
  }

  private static void add(List<String> parts, String name, long[] values, long usual) {
    if (Arrays.stream(values).anyMatch(v -> v != usual)) {
      parts.add(name + "=" + Arrays.toString(values));
    }
  }

  ConvolutionSettings settings() {
    return settings;
  }
}
