package dev.clgrad;

import dev.clgrad.op.Addmm;
import dev.clgrad.op.Addmv;
import dev.clgrad.op.Baddbmm;
import dev.clgrad.op.Bilinear;
import dev.clgrad.op.Einsum;
import dev.clgrad.op.Kron;
import dev.clgrad.op.Linear;
import dev.clgrad.op.Matmul;
import dev.clgrad.op.Tensordot;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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

  /** This plus the product of two matrices: {@link #addmm(Tensor, Tensor, Number, Number)}. */
  public final Tensor addmm(Tensor mat1, Tensor mat2) {
    return addmm(mat1, mat2, 1, 1);
  }

  /**
   * {@code beta · this + alpha · mat1 mat2}, computed in the product's launch.
   *
   * @param mat1 of shape (m, k)
   * @param mat2 of shape (k, n); this tensor broadcasts to (m, n)
   * @param beta the factor of this; with 0 its values do not matter, NaN among them
   * @throws ShapeException if one is no matrix, inner sizes differ, or this does not broadcast
   * @throws DTypeException if the dtypes differ or are bool, or a factor of integers is no integer
   */
  public final Tensor addmm(Tensor mat1, Tensor mat2, Number beta, Number alpha) {
    return new Tensor(Addmm.of(variable(), mat1.variable(), mat2.variable(), beta, alpha));
  }

  /** This plus a matrix times a vector: {@link #addmv(Tensor, Tensor, Number, Number)}. */
  public final Tensor addmv(Tensor mat, Tensor vec) {
    return addmv(mat, vec, 1, 1);
  }

  /**
   * {@code beta · this + alpha · mat vec}, computed in the product's launch.
   *
   * @param mat of shape (m, k)
   * @param vec of shape (k); this tensor broadcasts to (m)
   * @param beta the factor of this; with 0 its values do not matter, NaN among them
   * @throws ShapeException if mat is no matrix or vec no vector, inner sizes differ, or this does
   *     not broadcast
   * @throws DTypeException if the dtypes differ or are bool, or a factor of integers is no integer
   */
  public final Tensor addmv(Tensor mat, Tensor vec, Number beta, Number alpha) {
    return new Tensor(Addmv.of(variable(), mat.variable(), vec.variable(), beta, alpha));
  }

  /** This plus products of matrices: {@link #baddbmm(Tensor, Tensor, Number, Number)}. */
  public final Tensor baddbmm(Tensor batch1, Tensor batch2) {
    return baddbmm(batch1, batch2, 1, 1);
  }

  /**
   * {@code beta · this + alpha · batch1[p] batch2[p]} for each p, computed in the products' launch.
   *
   * @param batch1 of shape (p, m, k)
   * @param batch2 of shape (p, k, n); this tensor broadcasts to (p, m, n)
   * @param beta the factor of this; with 0 its values do not matter, NaN among them
   * @throws ShapeException if one has not three dimensions, batch or inner sizes differ, or this
   *     does not broadcast
   * @throws DTypeException if the dtypes differ or are bool, or a factor of integers is no integer
   */
  public final Tensor baddbmm(Tensor batch1, Tensor batch2, Number beta, Number alpha) {
    return new Tensor(Baddbmm.of(variable(), batch1.variable(), batch2.variable(), beta, alpha));
  }

  /** What a linear layer without bias computes: {@link #linear(Tensor, Tensor)}. */
  public final Tensor linear(Tensor weight) {
    return linear(weight, null);
  }

  /**
   * What a linear layer computes: {@code this weightᵀ + bias}, this of shape (…, in).
   *
   * @param weight of shape (out, in), or (in) for a result without the last dimension
   * @param bias of shape (out), or a scalar for a weight of one dimension; null for none
   * @throws ShapeException if the shapes are others
   * @throws DTypeException if the dtypes differ or are bool
   */
  public final Tensor linear(Tensor weight, @Nullable Tensor bias) {
    return new Tensor(
        Linear.of(variable(), weight.variable(), bias == null ? null : bias.variable()));
  }

  /**
   * A bilinear form for each feature of the result: {@code y[…, k] = Σ this[…, i] weight[k, i, j]
   * other[…, j] + bias[k]}, this of shape (…, in1).
   *
   * @param other of shape (…, in2), with the same sizes before the last
   * @param weight of shape (out, in1, in2)
   * @param bias of shape (out); null for none
   * @throws ShapeException if the shapes are others
   * @throws DTypeException if the dtypes differ or are bool
   */
  public final Tensor bilinear(Tensor other, Tensor weight, @Nullable Tensor bias) {
    return new Tensor(
        Bilinear.of(
            variable(),
            other.variable(),
            weight.variable(),
            bias == null ? null : bias.variable()));
  }

  /**
   * The sum of products that an equation says, with PyTorch's rules: {@code "bij,bjk->bik"} is a
   * batch of matrix products, {@code "ii->i"} a diagonal, {@code "...ij->...ji"} a transpose. A
   * letter labels a dimension of each operand; products are summed over the letters that the result
   * does not name. Without an arrow it has those that occur once, in the order of the alphabet.
   * Dimensions of size 1 repeat.
   *
   * @throws ShapeException if the equation is malformed, has another number of operands or labels
   *     than there are, names a label in the result that is in no operand, or sizes of a label
   *     differ
   * @throws DTypeException if the dtypes differ, or products of bool are to be summed
   */
  public static Tensor einsum(String equation, Tensor... operands) {
    return new Tensor(Einsum.of(equation, Arrays.stream(operands).map(Tensor::variable).toList()));
  }

  /**
   * The product summed over the last dimensions of this and the first of another.
   *
   * @param dims how many of them; 0 for the outer product
   * @throws ShapeException if a tensor has fewer, or their sizes differ
   * @throws DTypeException if the dtypes differ or are bool
   */
  public final Tensor tensordot(Tensor other, int dims) {
    if (dims < 0 || dims > dim() || dims > other.dim()) {
      throw new ShapeException(
          "tensordot: "
              + dims
              + " dimensions of shapes "
              + shape()
              + " and "
              + other.shape()
              + "; expected from 0 to "
              + Math.min(dim(), other.dim()));
    }
    return tensordot(
        other, IntStream.range(dim() - dims, dim()).toArray(), IntStream.range(0, dims).toArray());
  }

  /**
   * The product summed over pairs of dimensions; the result has the others of this, then the others
   * of the other.
   *
   * @param dims dimensions of this
   * @param otherDims as many of the other, of the same sizes in turn
   * @throws ShapeException if they are not as many, out of range, named twice, or sizes differ
   * @throws DTypeException if the dtypes differ or are bool
   */
  public final Tensor tensordot(Tensor other, int[] dims, int[] otherDims) {
    return new Tensor(Tensordot.of(variable(), other.variable(), dims, otherDims));
  }

  /**
   * The Kronecker product: each element of this times the whole of another, in blocks. The one of
   * fewer dimensions counts as having dimensions of size 1 in front.
   */
  public final Tensor kron(Tensor other) {
    return new Tensor(Kron.of(variable(), other.variable()));
  }
}
