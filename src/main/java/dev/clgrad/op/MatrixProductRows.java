package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/** Matrix products of several rows of a trace, as one product. */
final class MatrixProductRows {
  private MatrixProductRows() {}

  /**
   * Adds the tasks.
   *
   * @param a of shape (rows, …, m, k), or repeated over the rows with stride 0
   * @param b of shape (rows, …, k, n), likewise
   * @param y contiguous, of as many elements as (rows, batch, m, n)
   * @param batch what the dimensions between the rows and the last two broadcast to
   */
  static void add(
      String op,
      long rows,
      Variable a,
      Variable b,
      Variable y,
      Shape batch,
      @Nullable KernelVariant variant) {
    if (rows == 1) {
      MatrixProduct.add(op, first(a), first(b), y, batch, variant);
      return;
    }
    boolean matrixA = a.rank() == 3 && a.layout().stride(0) == 0;
    boolean matrixB = b.rank() == 3 && b.layout().stride(0) == 0;
    if (matrixA && b.rank() == 3 && b.shape().size(-1) == 1) {
      // A matrix times the columns of all rows: these are a matrix, and so is the result.
      Variable columns = with(b, b.layout().squeeze(2));
      Variable turned = with(a, a.layout().select(0, 0).transpose(0, 1));
      MatrixProduct.add(op, columns, turned, y, Shape.SCALAR, null);
      return;
    }
    long[] sizes = new long[batch.rank() + 1];
    sizes[0] = rows;
    System.arraycopy(batch.toArray(), 0, sizes, 1, batch.rank());
    Variable left = aligned(a, batch);
    Variable right = matrixB ? first(b) : aligned(b, batch);
    MatrixProduct.add(op, left, right, y, Shape.of(sizes), variant);
  }

  private static Variable with(Variable x, Layout layout) {
    return new Variable(x.storage(), layout);
  }

  private static Variable first(Variable x) {
    return with(x, x.layout().select(0, 0));
  }

  /** With dimensions of size 1 behind that of the rows, until there are as many as in the batch. */
  private static Variable aligned(Variable x, Shape batch) {
    Layout layout = x.layout();
    while (layout.rank() < batch.rank() + 3) {
      layout = layout.unsqueeze(1);
    }
    return with(x, layout);
  }
}
