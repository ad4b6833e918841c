package dev.clgrad.backend;

/**
 * What convolutions by Winograd's transforms are made of: transforms of tiles in one dimension, for
 * many tiles and channels side by side, and products of what they leave.
 *
 * <p>The points of interpolation are 0, ±{@link #P}, ±{@link #Q} and ∞. Each transform computes the
 * expressions given; but for those of ±, which are rounded products by P and Q, a product and the
 * sum around it are fused where the processor fuses those of matrix products.
 */
public interface WinogradLanes {
  /** The smaller points, exact. */
  float P = 0.75f;

  /** The larger points, exact. */
  float Q = 1.5f;

  /**
   * Six places of an input to six positions, y = Bᵀ d with d[j] = x[at + offsets[j]], for {@code n}
   * neighboring elements:
   *
   * <pre>
   * y0 = P²Q² d0 + (-(P² + Q²) d2 + d4)
   * y1, y2 = (d4 - Q² d2) ± P (d3 - Q² d1)
   * y3, y4 = (d4 - P² d2) ± Q (d3 - P² d1)
   * y5 = P²Q² d1 + (-(P² + Q²) d3 + d5)
   * </pre>
   *
   * @param yStep from one result to the next
   * @param count how often, x moved by {@code xMove} each time and y by {@code yMove}
   */
  void winogradInput(
      float[] x,
      int at,
      int[] offsets,
      int xMove,
      float[] y,
      int to,
      int yStep,
      int yMove,
      int n,
      int count);

  /**
   * Six positions to four places of a result, y = Aᵀ m with m[j] = x[at + j xStep]:
   *
   * <pre>
   * y0 = (m0 + (m1 + m2)) + (m3 + m4)
   * y1 = Q (m3 - m4) + P (m1 - m2)
   * y2 = Q² (m3 + m4) + P² (m1 + m2)
   * y3 = Q³ (m3 - m4) + (P³ (m1 - m2) + m5)
   * </pre>
   */
  void winogradOutput(
      float[] x,
      int at,
      int xStep,
      int xMove,
      float[] y,
      int to,
      int yStep,
      int yMove,
      int n,
      int count);

  /**
   * Four places of the gradient of a result to six positions, y = A g with g[j] = x[at + j xStep]:
   *
   * <pre>
   * y0 = g0
   * y1, y2 = (P² g2 + g0) ± P (P² g3 + g1)
   * y3, y4 = (Q² g2 + g0) ± Q (Q² g3 + g1)
   * y5 = g3
   * </pre>
   */
  void winogradGradient(
      float[] x,
      int at,
      int xStep,
      int xMove,
      float[] y,
      int to,
      int yStep,
      int yMove,
      int n,
      int count);

  /**
   * Transposes a matrix of at least 16 × 16 elements: y[to + yRows[j] + i] = x[at + xRows[i] + j].
   *
   * @param xRows where rows of x begin, as many as y has columns
   * @param yRows where rows of y begin
   */
  void transpose(float[] x, int at, int[] xRows, float[] y, int to, int[] yRows);

  /**
   * C = A B, or C += A B, with the bits of {@code Lanes.gemm}, for operands that are read where
   * they lie: B has contiguous rows and its columns are a multiple of 16.
   *
   * @param inner at most {@link Lanes#GEMM_INNER_BLOCK}
   * @param count how many products, the operands of each behind those before by {@code aMove},
   *     {@code bMove} and {@code cMove}
   * @throws IndexOutOfBoundsException if an element lies outside its array; C may then be partly
   *     written
   */
  void gemmInPlace(
      int rows,
      int cols,
      int inner,
      float[] a,
      int aOffset,
      int aRowStride,
      int aColStride,
      float[] b,
      int bOffset,
      int bRowStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate,
      int count,
      int aMove,
      int bMove,
      int cMove);

  /**
   * Products of one range with several ranges of another array, y[k] = Σ_i a[aOffset + i] b[bOffset
   * + offsets[k] + i]. There are 16 accumulators, which start at +0; element i goes to accumulator
   * i mod 16 by a fused multiply-add, where the processor has one; they are added by halving, 0
   * with 8, 1 with 9 and so on.
   *
   * @param n a multiple of 16
   */
  void dots(float[] a, int aOffset, float[] b, int bOffset, int[] offsets, float[] y, int n);
}
