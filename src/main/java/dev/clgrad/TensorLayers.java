package dev.clgrad;

import dev.clgrad.op.BatchNorm;
import dev.clgrad.op.Dropout;
import dev.clgrad.op.GroupNorm;
import dev.clgrad.op.InstanceNorm;
import dev.clgrad.op.LayerNorm;
import dev.clgrad.op.LocalResponseNorm;
import dev.clgrad.op.RmsNorm;
import dev.clgrad.op.ScaledDotProductAttention;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/** What layers of neural networks compute beside products and activations. */
abstract class TensorLayers extends TensorPooling {
  /** PyTorch's default of what is added to a variance. */
  private static final double EPS = 1e-5;

  TensorLayers(Variable variable) {
    super(variable);
  }

  /**
   * This with each element set to 0 with probability p and divided by 1 - p otherwise, as a layer
   * does in training. What is drawn depends on the seed, on the random numbers drawn before by this
   * process, and on the element's place, whatever the device.
   *
   * @return this itself if p is 0 or there are no elements
   * @throws ClgradException if p is not from 0 to 1
   * @throws DTypeException for integers and bool
   */
  public final Tensor dropout(double p) {
    Variable y = Dropout.of(variable(), p);
    return y == variable() ? self() : new Tensor(y);
  }

  /**
   * The layer norm without weight and bias, and with 1e-5 added to the variance.
   *
   * @param normalizedShape the sizes of the last dimensions, which are normalized together
   * @throws ShapeException if this tensor's shape does not end in these sizes, or none is given
   * @throws DTypeException for integers and bool
   */
  public final Tensor layerNorm(long... normalizedShape) {
    return layerNorm(Shape.of(normalizedShape), null, null, EPS);
  }

  /** The layer norm with 1e-5 added to the variance. */
  public final Tensor layerNorm(
      Shape normalizedShape, @Nullable Tensor weight, @Nullable Tensor bias) {
    return layerNorm(normalizedShape, weight, bias, EPS);
  }

  /**
   * The layer norm: {@code (x - mean) / √(variance + eps) · weight + bias}, with mean and (biased)
   * variance over the last dimensions.
   *
   * @param normalizedShape the sizes of the last dimensions, which are normalized together
   * @param weight of that shape and this tensor's dtype; null for ones
   * @param bias of that shape and this tensor's dtype; null for zeros
   * @param eps what is added to the variance
   * @throws ShapeException if this tensor's shape does not end in {@code normalizedShape}, that has
   *     no dimension, or weight or bias has another shape
   * @throws DTypeException for integers and bool, and if weight or bias is of another dtype
   */
  public final Tensor layerNorm(
      Shape normalizedShape, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    return new Tensor(
        LayerNorm.of(
            variable(),
            normalizedShape,
            weight == null ? null : weight.variable(),
            bias == null ? null : bias.variable(),
            eps));
  }

  /** The root-mean-square norm without a weight, with the dtype's own eps. */
  public final Tensor rmsNorm(long... normalizedShape) {
    return new Tensor(RmsNorm.of(variable(), Shape.of(normalizedShape), null, null));
  }

  /** The root-mean-square norm with the dtype's own eps. */
  public final Tensor rmsNorm(Shape normalizedShape, @Nullable Tensor weight) {
    return new Tensor(RmsNorm.of(variable(), normalizedShape, inner(weight), null));
  }

  /**
   * The root-mean-square norm: {@code x / √(mean x² + eps) · weight}, with the mean over the last
   * dimensions.
   *
   * @param normalizedShape the sizes of the last dimensions, which are normalized together
   * @param weight of that shape and this tensor's dtype; null for ones
   * @param eps what is added to the mean of the squares
   * @throws ShapeException if this tensor's shape does not end in {@code normalizedShape}, that has
   *     no dimension, or the weight has another shape
   * @throws DTypeException for integers and bool, and if the weight is of another dtype
   */
  public final Tensor rmsNorm(Shape normalizedShape, @Nullable Tensor weight, double eps) {
    return new Tensor(RmsNorm.of(variable(), normalizedShape, inner(weight), eps));
  }

  /**
   * The batch norm of (batch, channels, ...): {@code (x - mean) / √(variance + eps) · weight +
   * bias} for each channel. In training, mean and (biased) variance are those of this tensor, and
   * running statistics are changed in place: {@code running = (1 - momentum) · running + momentum ·
   * new}, with the unbiased variance. Else they are the running ones.
   *
   * @param runningMean one element for each channel; null for none
   * @param runningVar one element for each channel; null for none
   * @param weight one element for each channel, of this tensor's dtype, or float32 beside a half
   *     type; null for ones
   * @param bias one element for each channel, of this tensor's dtype, or float32 beside a half
   *     type; null for zeros
   * @param training whether by this tensor's own statistics
   * @param momentum how far the running statistics move
   * @param eps what is added to the variance
   * @throws ShapeException if shapes do not fit, running statistics are missing, or each channel
   *     has a single value in training
   * @throws DTypeException for integers and bool, and if dtypes differ
   * @throws AutogradException if running statistics that are to be changed require gradients
   */
  public final Tensor batchNorm(
      @Nullable Tensor runningMean,
      @Nullable Tensor runningVar,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      boolean training,
      double momentum,
      double eps) {
    return new Tensor(
        BatchNorm.of(
            variable(),
            inner(runningMean),
            inner(runningVar),
            inner(weight),
            inner(bias),
            training,
            momentum,
            eps));
  }

  /**
   * The instance norm of (batch, channels, space...): as {@link #batchNorm}, with statistics of
   * each channel of each element of the batch. Running statistics move towards the batch's average
   * of them.
   *
   * @param runningMean one element for each channel; null for none
   * @param runningVar one element for each channel; null for none
   * @param weight one element for each channel, of this tensor's dtype, or float32 beside a half
   *     type; null for ones
   * @param bias one element for each channel, of this tensor's dtype, or float32 beside a half
   *     type; null for zeros
   * @param useInputStats whether by this tensor's own statistics
   * @param momentum how far the running statistics move
   * @param eps what is added to the variance
   * @throws ShapeException if shapes do not fit, running statistics are missing, or each channel
   *     has a single value
   * @throws DTypeException for integers and bool, and if dtypes differ
   * @throws AutogradException if running statistics that are to be changed require gradients
   */
  public final Tensor instanceNorm(
      @Nullable Tensor runningMean,
      @Nullable Tensor runningVar,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      boolean useInputStats,
      double momentum,
      double eps) {
    return new Tensor(
        InstanceNorm.of(
            variable(),
            inner(runningMean),
            inner(runningVar),
            inner(weight),
            inner(bias),
            useInputStats,
            momentum,
            eps));
  }

  /** The instance norm by this tensor's own statistics, without weight and bias. */
  public final Tensor instanceNorm() {
    return instanceNorm(null, null, null, null, true, 0.1, EPS);
  }

  /**
   * The group norm of (batch, channels, ...): {@code (x - mean) / √(variance + eps) · weight +
   * bias}, with mean and (biased) variance over groups of neighboring channels.
   *
   * @param numGroups how many groups; a divisor of the number of channels
   * @param weight one element for each channel, of this tensor's dtype, or float32 beside a half
   *     type; null for ones
   * @param bias one element for each channel, of this tensor's dtype, or float32 beside a half
   *     type; null for zeros
   * @param eps what is added to the variance
   * @throws ShapeException if shapes do not fit, or the channels cannot be divided
   * @throws DTypeException for integers and bool, and if dtypes differ
   */
  public final Tensor groupNorm(
      long numGroups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    return new Tensor(GroupNorm.of(variable(), numGroups, inner(weight), inner(bias), eps));
  }

  /** The group norm without weight and bias, and with 1e-5 added to the variance. */
  public final Tensor groupNorm(long numGroups) {
    return groupNorm(numGroups, null, null, EPS);
  }

  /** The local response norm with PyTorch's alpha 1e-4, beta 0.75 and k 1. */
  public final Tensor localResponseNorm(int size) {
    return localResponseNorm(size, 1e-4, 0.75, 1);
  }

  /**
   * The local response norm of (batch, channels, space...): {@code x / (k + alpha / size · Σ
   * x²)^beta}, with the sum over neighboring channels.
   *
   * @param size how many channels the sum is over; of an even number one more before than behind
   * @throws ShapeException if this tensor has fewer than three dimensions
   * @throws ClgradException if the size is not positive
   * @throws DTypeException for integers and bool
   */
  public final Tensor localResponseNorm(int size, double alpha, double beta, double k) {
    return new Tensor(LocalResponseNorm.of(variable(), size, alpha, beta, k));
  }

  /**
   * Attention without mask: {@link #scaledDotProductAttention(Tensor, Tensor, Tensor, boolean,
   * Double)}.
   */
  public final Tensor scaledDotProductAttention(Tensor key, Tensor value) {
    return scaledDotProductAttention(key, value, null, false, null);
  }

  /** Attention with products divided by √depth. */
  public final Tensor scaledDotProductAttention(
      Tensor key, Tensor value, @Nullable Tensor mask, boolean causal) {
    return scaledDotProductAttention(key, value, mask, causal, null);
  }

  /**
   * Attention of this, the queries, over keys and their values: {@code softmax(scale · this keyᵀ +
   * mask) value}. A matrix of queries times keys is never stored, forward or backward, but for rows
   * of more than 256 elements, under {@code createGraph}, and where the mask requires a gradient. A
   * query that may see no key gets NaN.
   *
   * <p>There is no dropout of the weights: where that is wanted, write the attention with {@code
   * matmul}, {@code softmax} and {@code dropout}.
   *
   * @param key of shape (…, keys, depth), this being of shape (…, queries, depth)
   * @param value of shape (…, keys, columns); the dimensions before the last two broadcast
   * @param mask broadcasts to (…, queries, keys): a bool one is true where a key is seen, one of
   *     this dtype is added to the scores; null for none
   * @param causal whether query i sees the keys 0 to i alone
   * @param scale what products are multiplied by; null for 1 / √depth
   * @return of shape (…, queries, columns)
   * @throws ShapeException if the shapes do not fit
   * @throws DTypeException if the dtypes are not floating-point or differ
   */
  public final Tensor scaledDotProductAttention(
      Tensor key, Tensor value, @Nullable Tensor mask, boolean causal, @Nullable Double scale) {
    return new Tensor(
        ScaledDotProductAttention.of(
            variable(),
            key.variable(),
            value.variable(),
            mask == null ? null : mask.variable(),
            causal,
            scale));
  }

  private static @Nullable Variable inner(@Nullable Tensor tensor) {
    return tensor == null ? null : tensor.variable();
  }
}
