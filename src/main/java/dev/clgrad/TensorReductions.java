package dev.clgrad;

import dev.clgrad.op.All;
import dev.clgrad.op.Amax;
import dev.clgrad.op.Amin;
import dev.clgrad.op.Any;
import dev.clgrad.op.ArgMax;
import dev.clgrad.op.ArgMin;
import dev.clgrad.op.CountNonzero;
import dev.clgrad.op.LogSoftmax;
import dev.clgrad.op.LogSumExp;
import dev.clgrad.op.Mean;
import dev.clgrad.op.NanSum;
import dev.clgrad.op.Prod;
import dev.clgrad.op.Softmax;
import dev.clgrad.op.Sum;
import dev.clgrad.tape.Variable;

/** Reductions. */
abstract class TensorReductions extends TensorStatistics {
  TensorReductions(Variable variable) {
    super(variable);
  }

  /** The sum of all elements; int64 for integers and bool. */
  public final Tensor sum() {
    return sum(new int[0], false);
  }

  /** The sum over dimensions, which disappear; over all if none is given. */
  public final Tensor sum(int... dims) {
    return sum(dims, false);
  }

  /**
   * The sum over dimensions; int64 for integers and bool, 0 for no elements.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1 or disappear
   * @throws ShapeException if a dimension is out of range or named twice
   */
  public final Tensor sum(int[] dims, boolean keepdim) {
    return new Tensor(Sum.of(variable(), dims, keepdim));
  }

  /** The mean of all elements. */
  public final Tensor mean() {
    return mean(new int[0], false);
  }

  /** The mean over dimensions, which disappear; over all if none is given. */
  public final Tensor mean(int... dims) {
    return mean(dims, false);
  }

  /**
   * The mean over dimensions; NaN for no elements.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1 or disappear
   * @throws ShapeException if a dimension is out of range or named twice
   * @throws DTypeException for integers and bool
   */
  public final Tensor mean(int[] dims, boolean keepdim) {
    return new Tensor(Mean.of(variable(), dims, keepdim));
  }

  /** The largest of all elements. */
  public final Tensor amax() {
    return amax(new int[0], false);
  }

  /** The largest elements over dimensions, which disappear; over all if none is given. */
  public final Tensor amax(int... dims) {
    return amax(dims, false);
  }

  /**
   * The largest elements over dimensions; NaN where one is NaN. Equal ones share the gradient
   * evenly.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1 or disappear
   * @throws ShapeException if a dimension is out of range, named twice or has no elements
   */
  public final Tensor amax(int[] dims, boolean keepdim) {
    return new Tensor(Amax.of(variable(), dims, keepdim));
  }

  /** The smallest of all elements. */
  public final Tensor amin() {
    return amin(new int[0], false);
  }

  /** The smallest elements over dimensions, which disappear; over all if none is given. */
  public final Tensor amin(int... dims) {
    return amin(dims, false);
  }

  /**
   * The smallest elements over dimensions; NaN where one is NaN. Equal ones share the gradient
   * evenly.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1 or disappear
   * @throws ShapeException if a dimension is out of range, named twice or has no elements
   */
  public final Tensor amin(int[] dims, boolean keepdim) {
    return new Tensor(Amin.of(variable(), dims, keepdim));
  }

  /**
   * The index of the largest element, counted in row-major order, as int64; the first of equal
   * ones, and NaN before all.
   *
   * @throws ShapeException if there are no elements
   */
  public final Tensor argmax() {
    return new Tensor(ArgMax.of(variable()));
  }

  /** The index of the largest element over a dimension, which disappears. */
  public final Tensor argmax(int dim) {
    return argmax(dim, false);
  }

  /**
   * The index of the largest element over a dimension, as int64; the first of equal ones, and NaN
   * before all.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param keepdim whether it stays with size 1 or disappears
   * @throws ShapeException if there is no such dimension, or it has no elements
   */
  public final Tensor argmax(int dim, boolean keepdim) {
    return new Tensor(ArgMax.of(variable(), dim, keepdim));
  }

  /**
   * The index of the smallest element, counted in row-major order, as int64; the first of equal
   * ones, and NaN before all.
   *
   * @throws ShapeException if there are no elements
   */
  public final Tensor argmin() {
    return new Tensor(ArgMin.of(variable()));
  }

  /** The index of the smallest element over a dimension, which disappears. */
  public final Tensor argmin(int dim) {
    return argmin(dim, false);
  }

  /**
   * The index of the smallest element over a dimension, as int64; the first of equal ones, and NaN
   * before all.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param keepdim whether it stays with size 1 or disappears
   * @throws ShapeException if there is no such dimension, or it has no elements
   */
  public final Tensor argmin(int dim, boolean keepdim) {
    return new Tensor(ArgMin.of(variable(), dim, keepdim));
  }

  /** The product of all elements; int64 for integers and bool, 1 of no elements. */
  public final Tensor prod() {
    return new Tensor(Prod.of(variable(), null));
  }

  /** The product of all elements, computed and given in a dtype. */
  public final Tensor prod(DType dtype) {
    return new Tensor(Prod.of(variable(), dtype));
  }

  /** The product over a dimension, which disappears. */
  public final Tensor prod(int dim) {
    return prod(dim, false);
  }

  /**
   * The product over a dimension; int64 for integers and bool, 1 of no elements. Its gradient is
   * exact where elements are 0.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param keepdim whether it stays with size 1 or disappears
   * @throws ShapeException if there is no such dimension
   */
  public final Tensor prod(int dim, boolean keepdim) {
    return new Tensor(Prod.of(variable(), dim, keepdim, null));
  }

  /** The product over a dimension, computed and given in a dtype. */
  public final Tensor prod(int dim, boolean keepdim, DType dtype) {
    return new Tensor(Prod.of(variable(), dim, keepdim, dtype));
  }

  /** The sum of all elements that are not NaN. */
  public final Tensor nansum() {
    return nansum(new int[0], false);
  }

  /** The sum over dimensions without NaN; over all if none is given. */
  public final Tensor nansum(int... dims) {
    return nansum(dims, false);
  }

  /**
   * The sum over dimensions where NaN counts as 0; int64 for integers and bool.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1 or disappear
   * @throws ShapeException if a dimension is out of range or named twice
   */
  public final Tensor nansum(int[] dims, boolean keepdim) {
    return new Tensor(NanSum.of(variable(), dims, keepdim));
  }

  /** Whether all elements are other than 0 (NaN is), as bool; true of no elements. */
  public final Tensor all() {
    return all(new int[0], false);
  }

  /** Whether all elements over dimensions are other than 0; over all if none is given. */
  public final Tensor all(int... dims) {
    return all(dims, false);
  }

  /**
   * Whether all elements over dimensions are other than 0 (NaN is), as bool; true of no elements.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1 or disappear
   * @throws ShapeException if a dimension is out of range or named twice
   */
  public final Tensor all(int[] dims, boolean keepdim) {
    return new Tensor(All.of(variable(), dims, keepdim));
  }

  /** Whether any element is other than 0 (NaN is), as bool; false of no elements. */
  public final Tensor any() {
    return any(new int[0], false);
  }

  /** Whether any element over dimensions is other than 0; over all if none is given. */
  public final Tensor any(int... dims) {
    return any(dims, false);
  }

  /**
   * Whether any element over dimensions is other than 0 (NaN is), as bool; false of no elements.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1 or disappear
   * @throws ShapeException if a dimension is out of range or named twice
   */
  public final Tensor any(int[] dims, boolean keepdim) {
    return new Tensor(Any.of(variable(), dims, keepdim));
  }

  /**
   * How many elements over dimensions are other than 0 (NaN is), as int64; over all if none is
   * given.
   *
   * @param dims the dimensions, negative ones counted from the end
   * @throws ShapeException if a dimension is out of range or named twice
   */
  public final Tensor countNonzero(int... dims) {
    return new Tensor(CountNonzero.of(variable(), dims));
  }

  /** log Σ e^x over dimensions, which disappear; over all if none is given. */
  public final Tensor logsumexp(int... dims) {
    return logsumexp(dims, false);
  }

  /**
   * log Σ e^x over dimensions, without overflow; -infinity of no elements.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1 or disappear
   * @throws ShapeException if a dimension is out of range or named twice
   * @throws DTypeException for integers and bool
   */
  public final Tensor logsumexp(int[] dims, boolean keepdim) {
    return new Tensor(LogSumExp.of(variable(), dims, keepdim));
  }

  /**
   * e^x / Σ e^x over a dimension.
   *
   * @param dim the dimension; a negative one counts from the end
   * @throws ShapeException if there is no such dimension
   * @throws DTypeException for integers and bool
   */
  public final Tensor softmax(int dim) {
    return new Tensor(Softmax.of(variable(), dim, null));
  }

  /** e^x / Σ e^x over a dimension, computed and given in a dtype. */
  public final Tensor softmax(int dim, DType dtype) {
    return new Tensor(Softmax.of(variable(), dim, dtype));
  }

  /**
   * x - log Σ e^x over a dimension: the logarithm of softmax, without overflow.
   *
   * @param dim the dimension; a negative one counts from the end
   * @throws ShapeException if there is no such dimension
   * @throws DTypeException for integers and bool
   */
  public final Tensor logSoftmax(int dim) {
    return new Tensor(LogSoftmax.of(variable(), dim, null));
  }

  /** The logarithm of softmax over a dimension, computed and given in a dtype. */
  public final Tensor logSoftmax(int dim, DType dtype) {
    return new Tensor(LogSoftmax.of(variable(), dim, dtype));
  }
}
