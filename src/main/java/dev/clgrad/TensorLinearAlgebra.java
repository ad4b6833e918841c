package dev.clgrad;

import dev.clgrad.op.Cholesky;
import dev.clgrad.op.Det;
import dev.clgrad.op.Inv;
import dev.clgrad.op.Solve;
import dev.clgrad.op.TriangularSolve;
import dev.clgrad.tape.Variable;

/**
 * Linear algebra of matrices in the last two dimensions, of float32 and float64. What a matrix's
 * values make impossible is an error at once on the CPU, and at the next read of any tensor on
 * other devices.
 */
abstract class TensorLinearAlgebra extends TensorProducts {
  TensorLinearAlgebra(Variable variable) {
    super(variable);
  }

  /** The lower Cholesky factor: {@link #cholesky(boolean)}. */
  public final Tensor cholesky() {
    return cholesky(false);
  }

  /**
   * The triangular factor of positive definite matrices, (…, n, n): L with {@code L Lᵀ} equal to
   * this, or U with {@code Uᵀ U}. One triangle of this is read; the gradient is symmetric.
   *
   * @param upper whether U is wanted, and the upper triangle read
   * @throws ShapeException if the matrices are not square
   * @throws DTypeException for integers and bool
   * @throws DataException if a matrix is not positive definite
   */
  public final Tensor cholesky(boolean upper) {
    return new Tensor(Cholesky.of(variable(), upper));
  }

  /**
   * The inverses of matrices, (…, n, n). To solve a system, {@link #solve} is faster and more
   * accurate.
   *
   * @throws ShapeException if the matrices are not square
   * @throws DTypeException for integers and bool
   * @throws DataException if a matrix is singular
   */
  public final Tensor inv() {
    return new Tensor(Inv.of(variable()));
  }

  /**
   * The determinants of matrices, (…, n, n), of shape (…).
   *
   * @throws ShapeException if the matrices are not square
   * @throws DTypeException for integers and bool
   */
  public final Tensor det() {
    return new Tensor(Det.of(variable()));
  }

  /**
   * The solutions x of {@code this x = b}, this of shape (…, n, n).
   *
   * @param b of shape (…, n, k), the dimensions before the last two broadcasting; or a vector of n,
   *     or as many vectors as this has matrices, (…, n)
   * @return of the shape of b, broadcast
   * @throws ShapeException if the matrices are not square or b does not fit them
   * @throws DTypeException for integers and bool, and if the dtypes differ
   * @throws DataException if a matrix is singular
   */
  public final Tensor solve(Tensor b) {
    return new Tensor(Solve.of(variable(), b.variable()));
  }

  /** The solutions for upper triangular matrices. */
  public final Tensor triangularSolve(Tensor a) {
    return triangularSolve(a, true, false, false);
  }

  /**
   * The solutions x of {@code a x = this} for triangular matrices, this of shape (…, n, k). A 0 on
   * the diagonal gives infinities or NaN.
   *
   * @param a of shape (…, n, n), the dimensions before the last two broadcasting; only one triangle
   *     is read and gets a gradient
   * @param upper which
   * @param transpose whether {@code aᵀ x = this} is solved
   * @param unitriangular whether the diagonal counts as ones and is not read
   * @throws ShapeException if the matrices are not square or this does not fit them
   * @throws DTypeException for integers and bool, and if the dtypes differ
   */
  public final Tensor triangularSolve(
      Tensor a, boolean upper, boolean transpose, boolean unitriangular) {
    return new Tensor(
        TriangularSolve.of(variable(), a.variable(), upper, transpose, unitriangular));
  }
}
