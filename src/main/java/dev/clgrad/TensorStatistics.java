package dev.clgrad;

import dev.clgrad.op.Max;
import dev.clgrad.op.Min;
import dev.clgrad.op.Norm;
import dev.clgrad.op.Std;
import dev.clgrad.op.Var;
import dev.clgrad.op.VarMean;
import dev.clgrad.tape.Variable;

/** Reductions that describe a distribution: extremes, variances and norms. */
abstract class TensorStatistics extends TensorBinary {
  TensorStatistics(Variable variable) {
    super(variable);
  }

  /**
   * The largest of all elements; NaN if one is NaN. Equal ones share the gradient evenly.
   *
   * @throws ShapeException if there are no elements
   */
  public final Tensor max() {
    return new Tensor(Max.of(variable()));
  }

  /** The largest elements over a dimension, which disappears, and their indices. */
  public final ValuesAndIndices max(int dim) {
    return max(dim, false);
  }

  /**
   * The largest elements over a dimension and their indices; the first of equal ones, and NaN
   * before all. The gradient goes to the element of the index alone.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param keepdim whether it stays with size 1 or disappears
   * @throws ShapeException if there is no such dimension, or it has no elements
   */
  public final ValuesAndIndices max(int dim, boolean keepdim) {
    Max.Result found = Max.of(variable(), dim, keepdim);
    return new ValuesAndIndices(new Tensor(found.values()), new Tensor(found.indices()));
  }

  /** The larger of this and other, broadcast: {@code maximum}. */
  public final Tensor max(Tensor other) {
    return new Tensor(Max.of(variable(), other.variable()));
  }

  /**
   * The smallest of all elements; NaN if one is NaN. Equal ones share the gradient evenly.
   *
   * @throws ShapeException if there are no elements
   */
  public final Tensor min() {
    return new Tensor(Min.of(variable()));
  }

  /** The smallest elements over a dimension, which disappears, and their indices. */
  public final ValuesAndIndices min(int dim) {
    return min(dim, false);
  }

  /**
   * The smallest elements over a dimension and their indices; the first of equal ones, and NaN
   * before all. The gradient goes to the element of the index alone.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param keepdim whether it stays with size 1 or disappears
   * @throws ShapeException if there is no such dimension, or it has no elements
   */
  public final ValuesAndIndices min(int dim, boolean keepdim) {
    Min.Result found = Min.of(variable(), dim, keepdim);
    return new ValuesAndIndices(new Tensor(found.values()), new Tensor(found.indices()));
  }

  /** The smaller of this and other, broadcast: {@code minimum}. */
  public final Tensor min(Tensor other) {
    return new Tensor(Min.of(variable(), other.variable()));
  }

  /** The unbiased variance over dimensions, which disappear; over all if none is given. */
  public final Tensor var(int... dims) {
    return var(dims, 1, false);
  }

  /**
   * The variance over dimensions: {@code Σ (x - mean)² / (n - correction)}; NaN or infinite where
   * there are no more elements than the correction.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param correction 1 for the unbiased estimate, 0 for the mean of the squares
   * @param keepdim whether they stay with size 1 or disappear
   * @throws ShapeException if a dimension is out of range or named twice
   * @throws DTypeException for integers and bool
   */
  public final Tensor var(int[] dims, double correction, boolean keepdim) {
    return new Tensor(Var.of(variable(), dims, correction, keepdim));
  }

  /** The square root of the unbiased variance over dimensions; over all if none is given. */
  public final Tensor std(int... dims) {
    return std(dims, 1, false);
  }

  /**
   * The square root of the variance over dimensions. Its gradient is 0 where all elements are
   * equal.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param correction 1 for the unbiased estimate, 0 for the mean of the squares
   * @param keepdim whether they stay with size 1 or disappear
   * @throws ShapeException if a dimension is out of range or named twice
   * @throws DTypeException for integers and bool
   */
  public final Tensor std(int[] dims, double correction, boolean keepdim) {
    return new Tensor(Std.of(variable(), dims, correction, keepdim));
  }

  /** The unbiased variance and the mean over dimensions; over all if none is given. */
  public final VarianceAndMean varMean(int... dims) {
    return varMean(dims, 1, false);
  }

  /**
   * The variance and the mean over dimensions, of which the elements are read once.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param correction 1 for the unbiased estimate, 0 for the mean of the squares
   * @param keepdim whether they stay with size 1 or disappear
   * @throws ShapeException if a dimension is out of range or named twice
   * @throws DTypeException for integers and bool
   */
  public final VarianceAndMean varMean(int[] dims, double correction, boolean keepdim) {
    Var.Result found = VarMean.of(variable(), dims, correction, keepdim);
    return new VarianceAndMean(new Tensor(found.variance()), new Tensor(found.mean()));
  }

  /** The Euclidean norm of all elements. */
  public final Tensor norm() {
    return norm(2);
  }

  /** The p-norm of all elements. */
  public final Tensor norm(double p) {
    return norm(p, new int[0], false);
  }

  /**
   * The p-norm over dimensions: {@code (Σ |x|^p)^(1/p)}; for p = 0 the number of elements other
   * than 0, for infinities the largest and the smallest |x|. Its gradient at 0 is 0.
   *
   * @param p the exponent: 2 for the Euclidean and the Frobenius norm
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1 or disappear
   * @throws ShapeException if a dimension is out of range or named twice, or has no elements and p
   *     is infinite
   * @throws DTypeException for integers and bool
   */
  public final Tensor norm(double p, int[] dims, boolean keepdim) {
    return new Tensor(Norm.of(variable(), p, dims, keepdim));
  }
}
