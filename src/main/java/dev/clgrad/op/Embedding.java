package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.IndexException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** embedding: the rows of a weight that an index names; dweight = each dy added to its row. */
public final class Embedding extends CompositeOp {
  private static final Embedding OP = new Embedding();

  private Embedding() {
    super("embedding");
  }

  /**
   * The rows of a weight that an index of any shape names, in a new last dimension.
   *
   * @param paddingIdx a row to which no gradient flows, or null; a negative one counts from the end
   * @throws ShapeException if the weight is no matrix, or has no row {@code paddingIdx}
   * @throws DTypeException if the index is not of integers
   * @throws IndexException if a place is out of range: at once on the CPU, at the next read
   *     elsewhere
   */
  public static Variable of(
      Variable index, Variable weight, @org.jspecify.annotations.Nullable Long paddingIdx) {
    if (!index.dtype().isInteger()) {
      throw new DTypeException(
          "embedding: the index is of "
              + index.dtype()
              + "; expected integers, convert it with to(DType.INT64)");
    }
    if (weight.rank() != 2) {
      throw new ShapeException(
          "embedding: the weight has shape "
              + weight.shape()
              + "; expected a matrix with a row for each index");
    }
    long n = weight.shape().size(0);
    if (paddingIdx != null && (paddingIdx < -n || paddingIdx >= n)) {
      throw new ShapeException(
          "embedding: paddingIdx "
              + paddingIdx
              + " names no row of the weight of shape "
              + weight.shape());
    }
    long skip = paddingIdx == null ? -1 : paddingIdx < 0 ? paddingIdx + n : paddingIdx;
    Variable flat = Reshape.of(index.detach(), Shape.of(index.shape().numel()));
    Variable places = IndexSelect.checkedIndex(OP.name(), Cast.to(flat, DType.INT64));
    Variable y = IndexSelect.rows(OP.name(), weight, 0, places, skip, false);
    long[] sizes = Arrays.copyOf(index.shape().toArray(), index.rank() + 1);
    sizes[index.rank()] = weight.shape().size(1);
    return Reshape.of(y, Shape.of(sizes));
  }
}
