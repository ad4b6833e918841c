package dev.clgrad.backend;

/**
 * The number-crunching primitives that a CPU twin is written with: loops over plain arrays, in a
 * plain Java and in a SIMD form.
 *
 * <p>Every implementation gives the same bits as every other (NaN payloads aside), interpreted or
 * compiled, whatever the vector width and whatever the number of threads. That is why no method
 * here is specified by its accuracy alone:
 *
 * <ul>
 *   <li><b>Functions</b> are built from exact operations (+ - * / and integer operations on the
 *       bits), each rounded once. The float forms compute in double and round once at the end, so
 *       they stay within {@link #FLOAT_MAX_ULP} of the true value; the double forms stay within
 *       {@link #DOUBLE_MAX_ULP}. Results for NaN, infinities, signed zeros and subnormals are those
 *       of C99, for {@code pow} too ({@code pow(1, NaN)} and {@code pow(-1, ±inf)} are 1, unlike
 *       {@link Math#pow}).
 *   <li><b>Sums</b> follow one order that depends on the count alone; see {@link #sum(float[], int,
 *       int)}.
 *   <li><b>Matrix products</b> add the products of one element in the order of the inner index; see
 *       {@link #gemm(int, int, int, float[], int, int, int, float[], int, int, int, float[], int,
 *       int, boolean)}.
 * </ul>
 *
 * <p>The functions work on tiles: arrays read and written from index 0 on. {@code y} may be the
 * same array as an input. {@code n} may be 0. An array shorter than {@code n} is an {@link
 * IndexOutOfBoundsException}, perhaps after a part was written.
 *
 * <p>Implementations hold no state a caller can see, and all methods may be called from any number
 * of threads at once.
 */
public interface Lanes extends FunctionLanes, WinogradLanes {

  /**
   * No float function is further from the true value than this, in units in the last place (0.5 is
   * correct rounding). The largest error seen on a sample of 17 million floats is 0.5008.
   */
  double FLOAT_MAX_ULP = 0.51;

  /** No double function is further from the true value than this, in units in the last place. */
  double DOUBLE_MAX_ULP = 3;

  /**
   * Number of elements that {@link #sum(float[], int, int)} adds up before it starts a new partial
   * sum. A long sum that is divided among threads stays the same bit for bit if each part but the
   * last has a count that is this times a power of two, the same for all, and if the parts' sums
   * are then added with {@link #sumPairwise(float[], int)}.
   */
  int SUM_BLOCK = 4096;

  /**
   * Number of steps of the inner index that {@code gemm} accumulates before it adds the partial
   * result to the element of the product. It is the same on every machine because it is part of the
   * order of additions.
   */
  int GEMM_INNER_BLOCK = 256;

  /**
   * Names the implementation and its vector width for logs, as in {@code "simd (512 bits)"} or
   * {@code "plain"}.
   */
  String name();

  // ---- functions, float ----

  /** y = e^x. */
  void exp(float[] x, float[] y, int n);

  /** y = e^x - 1, precise near 0. */
  void expm1(float[] x, float[] y, int n);

  /** y = ln x; -inf at 0, NaN below. */
  void log(float[] x, float[] y, int n);

  /** y = ln (1 + x), precise near 0; -inf at -1, NaN below. */
  void log1p(float[] x, float[] y, int n);

  /** y = √x, correctly rounded; NaN below 0, -0 at -0. */
  void sqrt(float[] x, float[] y, int n);

  /** y = tanh x. */
  void tanh(float[] x, float[] y, int n);

  /** y = 1 / (1 + e^-x), without overflow. */
  void sigmoid(float[] x, float[] y, int n);

  /** y = sin x, for all finite x; NaN at ±inf. Elements beyond ±2^20 take a slow path. */
  void sin(float[] x, float[] y, int n);

  /** y = cos x, for all finite x; NaN at ±inf. Elements beyond ±2^20 take a slow path. */
  void cos(float[] x, float[] y, int n);

  /** y = x^p, element by element. */
  void pow(float[] x, float[] p, float[] y, int n);

  /** y = x^p with one exponent for all; the same bits as an array of equal exponents gives. */
  void pow(float[] x, float p, float[] y, int n);

  /** dx = 0 where y is 0 or below, dy elsewhere, NaN of y included. */
  void reluGradient(float[] dy, float[] y, float[] dx, int n);

  // ---- functions, double ----

  /** y = e^x. */
  void exp(double[] x, double[] y, int n);

  /** y = e^x - 1, precise near 0. */
  void expm1(double[] x, double[] y, int n);

  /** y = ln x; -inf at 0, NaN below. */
  void log(double[] x, double[] y, int n);

  /** y = ln (1 + x), precise near 0; -inf at -1, NaN below. */
  void log1p(double[] x, double[] y, int n);

  /** y = √x, correctly rounded; NaN below 0, -0 at -0. */
  void sqrt(double[] x, double[] y, int n);

  /** y = tanh x. */
  void tanh(double[] x, double[] y, int n);

  /** y = 1 / (1 + e^-x), without overflow. */
  void sigmoid(double[] x, double[] y, int n);

  /** y = sin x, for all finite x; NaN at ±inf. */
  void sin(double[] x, double[] y, int n);

  /** y = cos x, for all finite x; NaN at ±inf. */
  void cos(double[] x, double[] y, int n);

  /** y = x^p, element by element. */
  void pow(double[] x, double[] p, double[] y, int n);

  /** y = x^p with one exponent for all; the same bits as an array of equal exponents gives. */
  void pow(double[] x, double p, double[] y, int n);

  // ---- reductions ----

  /**
   * The sum of {@code n} elements from {@code offset} on; +0 for none.
   *
   * <p>The order of additions depends on {@code n} alone. Below 64 elements there are 4
   * accumulators, above it 32; all start at +0, and element {@code i} goes to accumulator {@code i
   * mod 4} or {@code i mod 32}. They are added by halving: 0 with 16, 1 with 17, …, then 0 with 8,
   * and so on. More than {@link #SUM_BLOCK} elements are cut into blocks of so many, each summed in
   * this way, whose sums are then added as {@link #sumPairwise(float[], int)} does.
   */
  float sum(float[] x, int offset, int n);

  /** As {@link #sum(float[], int, int)}, in double. */
  double sum(double[] x, int offset, int n);

  /**
   * Adds {@code n} partial sums pairwise: neighbors 0 and 1, 2 and 3, …, an odd last one staying as
   * it is, and then the same again until one is left; +0 for none. Leaves {@code x} unchanged.
   */
  float sumPairwise(float[] x, int n);

  /** As {@link #sumPairwise(float[], int)}, in double. */
  double sumPairwise(double[] x, int n);

  /**
   * The largest of {@code n} elements from {@code offset} on: NaN if one is NaN, +0 above -0, -inf
   * for none.
   */
  float max(float[] x, int offset, int n);

  /** As {@link #max(float[], int, int)}, in double. */
  double max(double[] x, int offset, int n);

  /**
   * The sum of a[i] b[i] in the order of {@link #sum(float[], int, int)}, each product rounded to
   * float first.
   */
  float dot(float[] a, int aOffset, float[] b, int bOffset, int n);

  /** As {@link #dot(float[], int, float[], int, int)}, in double. */
  double dot(double[] a, int aOffset, double[] b, int bOffset, int n);

  /**
   * The middle of a softmax: y[i] = e^(x[i] - shift), the difference rounded to float, and the sum
   * of y in the order of {@link #sum(float[], int, int)}. {@code y} may be {@code x} at the same
   * offset.
   */
  float expShifted(float[] x, int xOffset, float shift, float[] y, int yOffset, int n);

  /** As {@link #expShifted(float[], int, float, float[], int, int)}, in double. */
  double expShifted(double[] x, int xOffset, double shift, double[] y, int yOffset, int n);

  /** accumulator[i] += x[i], for reductions over outer dimensions. */
  void addInto(float[] accumulator, int accumulatorOffset, float[] x, int xOffset, int n);

  /** accumulator[i] += x[i], for reductions over outer dimensions. */
  void addInto(double[] accumulator, int accumulatorOffset, double[] x, int xOffset, int n);

  /**
   * accumulator[i] = max(accumulator[i], x[i]) with the rules of {@link #max(float[], int, int)}.
   */
  void maxInto(float[] accumulator, int accumulatorOffset, float[] x, int xOffset, int n);

  /**
   * accumulator[i] = max(accumulator[i], x[i]) with the rules of {@link #max(double[], int, int)}.
   */
  void maxInto(double[] accumulator, int accumulatorOffset, double[] x, int xOffset, int n);

  // ---- linear combinations ----

  /**
   * A linear combination of ranges of one array: y[yOffset + i] = Σ_k factors[k] x[xOffset +
   * offsets[k] + i] for i below {@code n}, in ascending k from +0 on, each product and each sum
   * rounded. {@code y} is another array than {@code x}.
   *
   * @param factors as many as there are offsets
   */
  void combine(
      float[] x, int xOffset, int[] offsets, float[] factors, float[] y, int yOffset, int n);

  /** As {@link #combine(float[], int, int[], float[], float[], int, int)}, in double. */
  void combine(
      double[] x, int xOffset, int[] offsets, double[] factors, double[] y, int yOffset, int n);

  // ---- matrix product ----

  /**
   * C = A B, or C += A B if {@code accumulate}, for matrices laid out with any strides.
   *
   * <p>A is {@code rows × inner}, B is {@code inner × cols}, C is {@code rows × cols} with
   * contiguous rows. Element (i, j) of A is {@code a[aOffset + i * aRowStride + j * aColStride]},
   * of B likewise; strides may be 0 (a broadcast), negative, or those of a transposed view. C must
   * share no memory with A or B. With {@code inner} 0 the product is 0.
   *
   * <p>An element of C is computed so, whatever its place in the matrix: for each block of {@link
   * #GEMM_INNER_BLOCK} steps of the inner index a partial result starts at +0 and takes in the
   * products in ascending order, each by one fused multiply-add (by a multiplication and an
   * addition where the processor has no such instruction); then the partial result is added to the
   * element. So a caller that divides the work among threads by rows, by columns or both, passing
   * offsets, gets the same bits for each division. Two calls that divide the inner index do not.
   *
   * @throws IndexOutOfBoundsException if an element lies outside its array; C may then be partly
   *     written
   */
  void gemm(
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
      int bColStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate);

  /**
   * As {@link #gemm(int, int, int, float[], int, int, int, float[], int, int, int, float[], int,
   * int, boolean)}, in double.
   *
   * @throws IndexOutOfBoundsException if an element lies outside its array; C may then be partly
   *     written
   */
  void gemm(
      int rows,
      int cols,
      int inner,
      double[] a,
      int aOffset,
      int aRowStride,
      int aColStride,
      double[] b,
      int bOffset,
      int bRowStride,
      int bColStride,
      double[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate);

  /**
   * As {@link #gemm(int, int, int, float[], int, int, int, float[], int, int, int, float[], int,
   * int, boolean)}, with the same bits, on these threads. What the operands are copied for, all
   * threads share.
   *
   * @param threads runs the loops; not from within a loop of the same threads
   * @throws IndexOutOfBoundsException if an element lies outside its array; C may then be partly
   *     written
   */
  void gemm(
      ParallelLoop threads,
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
      int bColStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate);

  /**
   * As {@link #gemm(ParallelLoop, int, int, int, float[], int, int, int, float[], int, int, int,
   * float[], int, int, boolean)}, in double.
   *
   * @throws IndexOutOfBoundsException if an element lies outside its array; C may then be partly
   *     written
   */
  void gemm(
      ParallelLoop threads,
      int rows,
      int cols,
      int inner,
      double[] a,
      int aOffset,
      int aRowStride,
      int aColStride,
      double[] b,
      int bOffset,
      int bRowStride,
      int bColStride,
      double[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate);
}
