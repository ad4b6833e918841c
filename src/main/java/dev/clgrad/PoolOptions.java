package dev.clgrad;

import dev.clgrad.op.PoolSettings;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How a pooling window moves over its input: {@code PoolOptions.of(3).stride(2).padding(1)}. Lists
 * hold one number for all dimensions or one for each. Instances do not change: each method returns
 * a new one.
 */
public final class PoolOptions {
  private static final long[] NONE = {};

  private final PoolSettings settings;

  private PoolOptions(PoolSettings settings) {
    this.settings = settings;
  }

  /** Windows of a size that lie side by side, without padding. */
  public static PoolOptions of(long... kernelSize) {
    return new PoolOptions(
        new PoolSettings(
            kernelSize.clone(), NONE, new long[] {0}, new long[] {1}, false, true, null));
  }

  /** How far the window moves from place to place; by default as far as it is large. */
  public PoolOptions stride(long... stride) {
    return with(
        stride.clone(),
        settings.padding(),
        settings.dilation(),
        settings.ceilMode(),
        settings.countIncludePad(),
        settings.divisorOverride());
  }

  /**
   * How many places are added before and behind the input, at most half of the window; they are
   * lower than every element for a maximum and 0 for an average.
   */
  public PoolOptions padding(long... padding) {
    return with(
        settings.stride(),
        padding.clone(),
        settings.dilation(),
        settings.ceilMode(),
        settings.countIncludePad(),
        settings.divisorOverride());
  }

  /** How far the places of a window are apart; for a maximum alone. */
  public PoolOptions dilation(long... dilation) {
    return with(
        settings.stride(),
        settings.padding(),
        dilation.clone(),
        settings.ceilMode(),
        settings.countIncludePad(),
        settings.divisorOverride());
  }

  /**
   * Whether a window that reaches beyond the padded input counts too, as long as it does not begin
   * in the padding behind it.
   */
  public PoolOptions ceilMode(boolean ceilMode) {
    return with(
        settings.stride(),
        settings.padding(),
        settings.dilation(),
        ceilMode,
        settings.countIncludePad(),
        settings.divisorOverride());
  }

  /** Whether an average divides by places in the padding too, as it does by default. */
  public PoolOptions countIncludePad(boolean countIncludePad) {
    return with(
        settings.stride(),
        settings.padding(),
        settings.dilation(),
        settings.ceilMode(),
        countIncludePad,
        settings.divisorOverride());
  }

  /** What an average divides by, in place of the size of its window. */
  public PoolOptions divisorOverride(long divisor) {
    return with(
        settings.stride(),
        settings.padding(),
        settings.dilation(),
        settings.ceilMode(),
        settings.countIncludePad(),
        divisor);
  }

  private PoolOptions with(
      long[] stride,
      long[] padding,
      long[] dilation,
      boolean ceilMode,
      boolean countIncludePad,
      @Nullable Long divisor) {
    return new PoolOptions(
        new PoolSettings(
            settings.kernel(), stride, padding, dilation, ceilMode, countIncludePad, divisor));
  }

  /** The window, and what differs from {@link #of}, such as {@code [3], stride=[2]}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(Arrays.toString(settings.kernel()));
    if (settings.stride().length > 0) {
      text.append(", stride=").append(Arrays.toString(settings.stride()));
    }
    if (Arrays.stream(settings.padding()).anyMatch(p -> p != 0)) {
      text.append(", padding=").append(Arrays.toString(settings.padding()));
    }
    if (Arrays.stream(settings.dilation()).anyMatch(d -> d != 1)) {
      text.append(", dilation=").append(Arrays.toString(settings.dilation()));
    }
    if (settings.ceilMode()) {
      text.append(", ceilMode");
    }
    if (!settings.countIncludePad()) {
      text.append(", padding not counted");
    }
    if (settings.divisorOverride() != null) {
      text.append(", divisorOverride=").append(settings.divisorOverride());
    }
    return text.toString();
  }

  PoolSettings settings() {
    return settings;
  }
}
