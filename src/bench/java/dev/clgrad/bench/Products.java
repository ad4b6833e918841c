package dev.clgrad.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * The eight matrix products of a training step of the multi-layer perceptron, in the order of the
 * step, with random numbers in the place of what the step computes between them.
 *
 * @param <M> a system's matrix
 */
abstract class Products<M> {
  /** Makes a random matrix. */
  interface Maker<M> {
    M make(long seed, int rows, int columns);
  }

  private final List<M> inputs = new ArrayList<>();
  private final List<M> weights = new ArrayList<>();
  private final List<M> gradients = new ArrayList<>();

  Products(Maker<M> maker) {
    for (int i = 0; i < Sizes.layers(); i++) {
      int in = Sizes.features(i);
      int out = Sizes.features(i + 1);
      inputs.add(maker.make(30 + i, Sizes.BATCH, in));
      weights.add(maker.make(40 + i, out, in));
      gradients.add(maker.make(50 + i, Sizes.BATCH, out));
    }
  }

  abstract M product(M a, M b);

  abstract M transposed(M a);

  /**
   * Computes them.
   *
   * @return the gradient of the first weight, which is computed last
   */
  final M all() {
    for (int i = 0; i < inputs.size(); i++) {
      product(inputs.get(i), transposed(weights.get(i)));
    }
    for (int i = inputs.size() - 1; i > 0; i--) {
      product(gradients.get(i), weights.get(i));
      product(transposed(gradients.get(i)), inputs.get(i));
    }
    return product(transposed(gradients.get(0)), inputs.get(0));
  }
}
