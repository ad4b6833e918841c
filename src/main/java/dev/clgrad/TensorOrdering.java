package dev.clgrad;

import dev.clgrad.op.Cumprod;
import dev.clgrad.op.Cumsum;
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
}
