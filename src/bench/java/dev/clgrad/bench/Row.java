package dev.clgrad.bench;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

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
  SGEMM_512("sgemm-512", Gemm.square(512)),
  SGEMM_1024("sgemm-1024", Gemm.square(1024)),
  SGEMM_1024_TN("sgemm-1024-tn", Gemm.square(1024).withTransposed()),
  SGEMM_2048("sgemm-2048", Gemm.square(2048)),
  SGEMM_TAILS("sgemm-tails", Gemm.of(1000, 1003, 997)),
  DGEMM_1024("dgemm-1024", Gemm.square(1024).withDoubles()),
  GEMV_4096("gemv-4096", Gemm.of(4096, 1, 4096)),
  BMM_64X128("bmm-64x128", Gemm.of(128, 128, 64).withBatch(64)),
  CONV_3X3("conv-3x3", new Conv(32, 16, 32, 28, 3, 1)),
  CONV_1X1("conv-1x1", new Conv(8, 64, 64, 28, 1, 1)),
  DEPTHWISE_3X3("depthwise-3x3", new Conv(8, 64, 64, 28, 3, 64)),
  RESNET_BLOCK_STEP(
      "resnet-block-step",
      "training step of a basic block of ResNet-18: 64 channels of 56 × 56, batch 8, SGD",
      0,
      ResNetBlock.flops()),
  GPT_BLOCK(
      "gpt-block",
      "block of GPT-2: 256 tokens, 256 features, 8 heads, batch 4; forward and all gradients",
      0,
      GptBlock.flops()),
  SCALAR_TAPE("scalar-tape", "3x² + 4x + 2 of a scalar, forward and backward", 0, 0),
  LAUNCHES("launches", "launches of that step with Adam; ratio: to fusion off", 0, 0),
  SECOND_START("second-start", "start of main to the end of the first such step with SGD", 0, 0);

  private final String id;
  private final String description;
  private final long bytes;
  private final long flops;
  private final @Nullable Gemm gemm;
  private final @Nullable Conv conv;

  Row(String id, String description, long bytes, long flops) {
    this(id, description, bytes, flops, null, null);
  }

  Row(String id, Gemm gemm) {
    this(id, gemm.description(), gemm.bytes(), gemm.flops(), gemm, null);
  }

  Row(String id, Conv conv) {
    this(id, conv.description(), 0, conv.flops(), null, conv);
  }

  Row(
      String id,
      String description,
      long bytes,
      long flops,
      @Nullable Gemm gemm,
      @Nullable Conv conv) {
    this.id = id;
    this.description = description;
    this.bytes = bytes;
    this.flops = flops;
    this.gemm = gemm;
    this.conv = conv;
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

  /** The floating-point operations of its products and convolutions; 0 where it has none. */
  long flops() {
    return flops;
  }

  /** Whether it is a product that a BLAS computes, and nothing else. */
  boolean isGemm() {
    return gemm != null;
  }

  /** Whether its products are of float64. */
  boolean isDoubles() {
    return gemm != null && gemm.doubles();
  }

  /** The product that it is. */
  Gemm gemm() {
    if (gemm == null) {
      throw new IllegalStateException(this + " is no product");
    }
    return gemm;
  }

  /** The convolution that it is. */
  Conv conv() {
    if (conv == null) {
      throw new IllegalStateException(this + " is no convolution");
    }
    return conv;
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
