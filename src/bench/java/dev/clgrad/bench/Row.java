package dev.clgrad.bench;

import java.util.Locale;

/** What is measured. */
enum Row {
  ADD_16M("add-16m", "a + b, 16 Mi float32", 3L * Sizes.LARGE * Float.BYTES, 0),
  CHAIN_4M(
      "chain-4m",
      "((0.5 x + 1) x).tanh().square() - x, 4 Mi float32: six operations",
      2L * Sizes.MEDIUM * Float.BYTES,
      0),
  CHAIN_4M_BACKWARD(
      "chain-4m-backward",
      "the same chain, and its gradient for a given upstream gradient",
      4L * Sizes.MEDIUM * Float.BYTES,
      0),
  SUM_16M("sum-16m", "sum of 16 Mi float32", (long) Sizes.LARGE * Float.BYTES, 0),
  SOFTMAX(
      "softmax-4096x1024",
      "softmax over the rows of 4096 × 1024 float32",
      2L * Sizes.MEDIUM * Float.BYTES,
      0),
  LAYERNORM_BACKWARD(
      "layernorm-backward",
      "layer norm of 4096 × 1024 float32 with weight and bias, and its three gradients",
      4L * Sizes.MEDIUM * Float.BYTES,
      0),
  MLP_STEP(
      "mlp-step",
      "training step: batch 128, 784-512-512-10, ReLU, cross-entropy, SGD",
      0,
      Sizes.mlpFlops()),
  MLP_REPLAY(
      "mlp-replay",
      "the same step, captured once and replayed; for others than clgrad the step itself",
      0,
      Sizes.mlpFlops()),
  MLP_PRODUCTS(
      "mlp-products", "the eight matrix products of that step, alone", 0, Sizes.mlpFlops()),
  SCALAR_TAPE("scalar-tape", "3x² + 4x + 2 of a scalar, forward and backward", 0, 0),
  LAUNCHES("launches", "launches of that step with Adam; ratio: to fusion off", 0, 0),
  SECOND_START("second-start", "start of main to the end of the first such step with SGD", 0, 0);

  private final String id;
  private final String description;
  private final long bytes;
  private final long flops;

  Row(String id, String description, long bytes, long flops) {
    this.id = id;
    this.description = description;
    this.bytes = bytes;
    this.flops = flops;
  }

  /** The row of a name. */
  static Row of(String id) {
    for (Row row : values()) {
      if (row.id.equals(id)) {
        return row;
      }
    }
    throw new IllegalArgumentException("no row is called " + id);
  }

  /** Its name in tables and files. */
  String id() {
    return id;
  }

  String description() {
    return description;
  }

  /** The bytes it must read and write at least; 0 where that is not its limit. */
  long bytes() {
    return bytes;
  }

  /** The floating-point operations of its matrix products; 0 where that is not its limit. */
  long flops() {
    return flops;
  }

  /** What its numbers are: milliseconds, or a count. */
  boolean isCount() {
    return this == LAUNCHES;
  }

  @Override
  public String toString() {
    return id.toLowerCase(Locale.ROOT);
  }
}
