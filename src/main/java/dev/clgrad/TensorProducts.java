package dev.clgrad;

import dev.clgrad.op.Matmul;
import dev.clgrad.tape.Variable;

/** Matrix products, of float32, float64 and the integer types. */
abstract class TensorProducts extends TensorOrdering {
  TensorProducts(Variable variable) {
    super(variable);
  }

  /**
   * The matrix product with PyTorch's rules: (…, m, k) times (…, k, n) is (…, m, n), the dimensions
   * before the last two broadcast; a vector on the left is a row and on the right a column, whose
   * added dimension goes again.
   *
   * @throws ShapeException if one is a scalar, the inner sizes differ or the others do not
   *     broadcast
   * @throws DTypeException if the dtypes differ or are bool
   */
  public final Tensor matmul(Tensor other) {
    return new Tensor(Matmul.of(variable(), other.variable()));
  }

  /**
   * The product of two matrices, (m, k) times (k, n).
   *
   * @throws ShapeException if one is no matrix or the inner sizes differ
   * @throws DTypeException if the dtypes differ or are bool
   */
  public final Tensor mm(Tensor other) {
    return new Tensor(Matmul.mm(variable(), other.variable()));
  }

  /**
   * The products of two equally long batches of matrices, (p, m, k) times (p, k, n).
   *
   * @throws ShapeException if one has not three dimensions, or batch or inner sizes differ
   * @throws DTypeException if the dtypes differ or are bool
   */
  public final Tensor bmm(Tensor other) {
    return new Tensor(Matmul.bmm(variable(), other.variable()));
  }

  /**
   * A matrix times a vector, (m, k) times (k).
   *
   * @throws ShapeException if this is no matrix, the other no vector, or the inner sizes differ
   * @throws DTypeException if the dtypes differ or are bool
   */
  public final Tensor mv(Tensor vector) {
    return new Tensor(Matmul.mv(variable(), vector.variable()));
  }

  /**
   * The inner product of two vectors.
   *
   * @throws ShapeException if one is no vector or the sizes differ
   * @throws DTypeException if the dtypes differ or are bool
   */
  public final Tensor dot(Tensor other) {
    return new Tensor(Matmul.dot(variable(), other.variable()));
  }
}
