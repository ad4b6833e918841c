package dev.clgrad.bench;

/** The sizes that all systems share. */
final class Sizes {
  static final int LARGE = 16 << 20;
  static final int ROWS = 4096;
  static final int COLUMNS = 1024;
  static final int MEDIUM = ROWS * COLUMNS;

  static final int BATCH = 128;

  /** Features of the multi-layer perceptron, from its input to its scores. */
  private static final int[] LAYERS = {784, 512, 512, 10};

  /** What layer norm adds to the variance. */
  static final float EPSILON = 1e-5f;

  private Sizes() {}

  static int layers() {
    return LAYERS.length - 1;
  }

  /** The features that layer {@code i} reads; those of its input layer for 0. */
  static int features(int i) {
    return LAYERS[i];
  }

  static int classes() {
    return LAYERS[LAYERS.length - 1];
  }

  /** Two for each multiplication with addition; the first layer needs no gradient of its input. */
  static long mlpFlops() {
    long flops = 0;
    for (int i = 0; i < layers(); i++) {
      long product = 2L * BATCH * LAYERS[i] * LAYERS[i + 1];
      flops += (i == 0 ? 2 : 3) * product;
    }
    return flops;
  }
}
