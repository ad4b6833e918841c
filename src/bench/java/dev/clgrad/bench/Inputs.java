package dev.clgrad.bench;

import java.util.SplittableRandom;

/** The numbers that every system computes with: the same, from fixed seeds. */
final class Inputs {
  /** What every system scales a step's gradients by. */
  static final float LEARNING_RATE = 0.01f;

  private Inputs() {}

  /** Numbers between -1 and 1. */
  static float[] uniform(int count, long seed) {
    return uniform(count, seed, 1);
  }

  static float[] images() {
    return uniform(Sizes.BATCH * Sizes.features(0), 1);
  }

  static long[] labels() {
    SplittableRandom random = new SplittableRandom(2);
    long[] labels = new long[Sizes.BATCH];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = random.nextInt(Sizes.classes());
    }
    return labels;
  }

  /** The first weight of a layer, of shape [out, in]. */
  static float[] weight(int layer) {
    int in = Sizes.features(layer);
    return uniform(in * Sizes.features(layer + 1), 10 + layer, (float) (1 / Math.sqrt(in)));
  }

  /** The first bias of a layer. */
  static float[] bias(int layer) {
    int in = Sizes.features(layer);
    return uniform(Sizes.features(layer + 1), 20 + layer, (float) (1 / Math.sqrt(in)));
  }

  /** Numbers between a bound's negative and it. */
  static float[] uniform(int count, long seed, float bound) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
    return values;
  }
}
