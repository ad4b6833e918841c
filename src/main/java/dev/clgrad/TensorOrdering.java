package dev.clgrad;

import dev.clgrad.op.ArgSort;
import dev.clgrad.op.Cumprod;
import dev.clgrad.op.Cumsum;
import dev.clgrad.op.Sort;
import dev.clgrad.op.TopK;
import dev.clgrad.tape.Variable;

/** Scans, sorting and searching. */
abstract class TensorOrdering extends TensorReductions {
  TensorOrdering(Variable variable) {
    super(variable);
  }

  /**
   * The sums of the elements up to each along a dimension; int64 for integers and bool.
   *
   * @param dim the dimension; a negative one counts from the end
   * @throws ShapeException if there is no such dimension
   */
  public final Tensor cumsum(int dim) {
    return new Tensor(Cumsum.of(variable(), dim, null));
  }

  /** The sums of the elements up to each along a dimension, computed and given in a dtype. */
  public final Tensor cumsum(int dim, DType dtype) {
    return new Tensor(Cumsum.of(variable(), dim, dtype));
  }

  /**
   * The products of the elements up to each along a dimension; int64 for integers and bool. The
   * gradient is exact where elements are 0.
   *
   * @param dim the dimension; a negative one counts from the end
   * @throws ShapeException if there is no such dimension
   */
  public final Tensor cumprod(int dim) {
    return new Tensor(Cumprod.of(variable(), dim, null));
  }

  /** The products of the elements up to each along a dimension, computed and given in a dtype. */
  public final Tensor cumprod(int dim, DType dtype) {
    return new Tensor(Cumprod.of(variable(), dim, dtype));
  }

  /** The elements along the last dimension in ascending order, and their indices. */
  public final ValuesAndIndices sort() {
    return sort(-1, false);
  }

  /** The elements along a dimension in ascending order, and their indices. */
  public final ValuesAndIndices sort(int dim) {
    return sort(dim, false);
  }

  /**
   * The elements along a dimension in order, and their indices as int64. Equal ones keep the order
   * they have, and NaN is larger than every number.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param descending whether the largest come first
   * @throws ShapeException if there is no such dimension
   */
  public final ValuesAndIndices sort(int dim, boolean descending) {
    return found(Sort.of(variable(), dim, descending));
  }

  /** The indices that put the last dimension in ascending order. */
  public final Tensor argsort() {
    return argsort(-1, false);
  }

  /** The indices that put a dimension in ascending order. */
  public final Tensor argsort(int dim) {
    return argsort(dim, false);
  }

  /**
   * The indices that put a dimension in order, as int64. Equal elements keep the order they have,
   * and NaN is larger than every number.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param descending whether the largest come first
   * @throws ShapeException if there is no such dimension
   */
  public final Tensor argsort(int dim, boolean descending) {
    return new Tensor(ArgSort.of(variable(), dim, descending));
  }

  /** The k largest elements along the last dimension, largest first, and their indices. */
  public final ValuesAndIndices topk(long k) {
    return topk(k, -1, true);
  }

  /** The k largest elements along a dimension, largest first, and their indices. */
  public final ValuesAndIndices topk(long k, int dim) {
    return topk(k, dim, true);
  }

  /**
   * The k largest or smallest elements along a dimension, these first, and their indices as int64.
   * Of equal ones the first are taken, and NaN is larger than every number.
   *
   * @param k how many, at most the size of the dimension
   * @param dim the dimension; a negative one counts from the end
   * @param largest whether the largest or the smallest
   * @throws ShapeException if there is no such dimension
   * @throws IndexException if k is negative or larger than the dimension
   */
  public final ValuesAndIndices topk(long k, int dim, boolean largest) {
    return found(TopK.of(variable(), k, dim, largest));
  }

  private static ValuesAndIndices found(Sort.Result result) {
    return new ValuesAndIndices(new Tensor(result.values()), new Tensor(result.indices()));
  }
}
