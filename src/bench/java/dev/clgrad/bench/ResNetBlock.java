package dev.clgrad.bench;

import java.util.List;

/**
 * The basic block of ResNet-18: two convolutions of 3 × 3 with batch norm, and the input added
 * before the last ReLU. Batch norm is in training.
 *
 * @param <M> a system's array
 */
abstract class ResNetBlock<M> {
  static final int BATCH = 8;
  static final int CHANNELS = 64;
  static final int SIZE = 56;
  static final float MOMENTUM = 0.1f;

  private static final Conv CONV = new Conv(BATCH, CHANNELS, CHANNELS, SIZE, 3, 1);

  static final Parameter X = new Parameter(71, 1, CONV.shapeOfX());

  /** Twice a convolution's weight, and weight and bias of the batch norm behind it. */
  static final List<Parameter> PARAMETERS =
      List.of(
          Parameter.weight(72, CHANNELS * 9, CONV.shapeOfWeight()),
          new Parameter(73, 1, CHANNELS),
          new Parameter(74, 1, CHANNELS),
          Parameter.weight(75, CHANNELS * 9, CONV.shapeOfWeight()),
          new Parameter(76, 1, CHANNELS),
          new Parameter(77, 1, CHANNELS));

  /** A convolution without a bias, with padding of 1. */
  abstract M convolution(M x, M weight);

  /**
   * Batch norm by the batch's own statistics.
   *
   * @param layer 0 or 1, by which a system finds the running statistics that it updates
   */
  abstract M batchNorm(M x, M weight, M bias, int layer);

  abstract M relu(M x);

  abstract M add(M a, M b);

  final M forward(M x, List<M> p) {
    M inner = relu(batchNorm(convolution(x, p.get(0)), p.get(1), p.get(2), 0));
    M outer = batchNorm(convolution(inner, p.get(3)), p.get(4), p.get(5), 1);
    return relu(add(outer, x));
  }

  /** Of the two convolutions, forward and backward. */
  static long flops() {
    return 2 * CONV.flops();
  }
}
