package dev.clgrad;

/**
 * How exactly matrix products are computed: {@link Clgrad#setMatmulPrecision}. Named after
 * PyTorch's {@code float32_matmul_precision}.
 */
public enum MatmulPrecision {
  /**
   * Products of float32 are products of float32, and those of float16 and bfloat16 are computed in
   * float32 and rounded once. The default.
   */
  HIGHEST,

  /**
   * A GPU's matrix units may be used: they round the elements of float32 operands to TF32 (an error
   * of up to 2^-11 of each) and multiply float16 and bfloat16 as they are; sums are in float32.
   * Where a device has no such units, or clgrad cannot use them, everything is as with {@link
   * #HIGHEST}. Today that is every device but NVIDIA's GPUs of compute capability 8.0 and later,
   * and Intel's with sub-groups of 16, which multiply float16 and bfloat16 alone and whose kernel
   * has run on no such GPU yet.
   */
  HIGH
}
