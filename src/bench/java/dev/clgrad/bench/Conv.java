package dev.clgrad.bench;

/**
 * A convolution of square float32 pictures with a square kernel, whose padding keeps their size.
 *
 * @param in channels that are read
 * @param out channels that are written
 * @param size of a picture in each direction
 * @param kernel its size in each direction
 * @param groups of channels that do not see each other
 */
record Conv(int batch, int in, int out, int size, int kernel, int groups) {
  int padding() {
    return kernel / 2;
  }

  int[] shapeOfX() {
    return new int[] {batch, in, size, size};
  }

  int[] shapeOfWeight() {
    return new int[] {out, in / groups, kernel, kernel};
  }

  int[] shapeOfY() {
    return new int[] {batch, out, size, size};
  }

  /** The inputs x, weight, bias and the upstream gradient, in this order. */
  Parameter x() {
    return new Parameter(63, 1, shapeOfX());
  }

  Parameter weight() {
    return new Parameter(64, 1, shapeOfWeight());
  }

  Parameter bias() {
    return new Parameter(65, 1, out);
  }

  Parameter dy() {
    return new Parameter(66, 1, shapeOfY());
  }

  /** Of the direct algorithm, two for each multiplication with addition, padding counted too. */
  long forwardFlops() {
    return 2L * batch * out * size * size * (in / groups) * kernel * kernel;
  }

  /** Forward, and the gradients of input and weight. */
  long flops() {
    return 3 * forwardFlops();
  }

  String description() {
    return "convolution "
        + kernel
        + " × "
        + kernel
        + (groups == 1 ? "" : " in " + groups + " groups")
        + ", "
        + in
        + " to "
        + out
        + " channels of "
        + size
        + " × "
        + size
        + ", batch "
        + batch
        + ", and its three gradients";
  }
}
