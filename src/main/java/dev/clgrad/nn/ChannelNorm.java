package dev.clgrad.nn;

import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;
import org.jspecify.annotations.Nullable;

/** A normalization with a weight and a bias for each channel. */
abstract class ChannelNorm extends Module {
  /** PyTorch's default of what is added to a variance. */
  static final double EPS = 1e-5;

  private final long channels;
  private final @Nullable Tensor weight;
  private final @Nullable Tensor bias;

  ChannelNorm(String name, long channels, boolean affine) {
    if (channels < 1) {
      throw new ShapeException(
          name + ": the number of channels must be at least 1, not " + channels);
    }
    this.channels = channels;
    this.weight = affine ? parameter("weight", Tensor.ones(channels)) : null;
    this.bias = affine ? parameter("bias", Tensor.zeros(channels)) : null;
  }

  /** How many channels it normalizes. */
  final long channels() {
    return channels;
  }

  /** The weight, one element for each channel; null for a layer without. */
  public final @Nullable Tensor weight() {
    return weight;
  }

  /** The bias, one element for each channel; null for a layer without. */
  public final @Nullable Tensor bias() {
    return bias;
  }

  /** What a description ends in. */
  final String affineText() {
    return weight == null ? ", no weight)" : ")";
  }
}
