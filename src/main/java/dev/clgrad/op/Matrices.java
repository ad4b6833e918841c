package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** What the operations of linear algebra share: batches of matrices in the last two dimensions. */
final class Matrices {
  private static final int LEAST_WIDTH = 4;

  private Matrices() {}

  /**
   * Checks that x is a square floating-point matrix or a batch of such.
   *
   * @throws ShapeException if it is not square
   * @throws DTypeException if it is not floating-point
   */
  static void checkSquare(String op, Variable x) {
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          op
              + ": takes floating-point numbers, not "
              + x.dtype()
              + "; convert with to(DType.FLOAT32)");
    }
    if (x.rank() < 2 || x.shape().size(-1) != x.shape().size(-2)) {
      throw new ShapeException(
          op
              + ": shape "
              + x.shape()
              + " is no square matrix, nor a batch of such; expected [..., n, n]");
    }
  }

  /** Checks that two operands are of one dtype. */
  static void checkTypes(String op, Variable a, Variable b) {
    if (a.dtype() != b.dtype()) {
      throw new DTypeException(
          op
              + ": a matrix of "
              + a.dtype()
              + " and right-hand sides of "
              + b.dtype()
              + ": the dtypes must be equal; convert one with to(DType)");
    }
  }

  /** The sizes before the last two. */
  static Shape batch(Shape shape) {
    return Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - 2));
  }

  /** A batch's shape with further sizes behind it. */
  static Shape with(Shape batch, long... sizes) {
    long[] all = Arrays.copyOf(batch.toArray(), batch.rank() + sizes.length);
    System.arraycopy(sizes, 0, all, batch.rank(), sizes.length);
    return Shape.of(all);
  }

  /** x, or a copy without gaps; not recorded. */
  static Variable contiguous(Variable x) {
    Variable own = x.detach();
    return own.layout().isContiguous() ? own : Cast.copy(own);
  }

  /** x with its matrices repeated over a batch, without gaps; not recorded. */
  static Variable repeated(Variable x, Shape batch) {
    Shape shape = with(batch, x.shape().size(-2), x.shape().size(-1));
    return contiguous(new Variable(x.storage(), x.layout().expand("batch", shape)));
  }

  /** The vectors of a CPU-type device. */
  static int width(Variable x) {
    return Math.max(LEAST_WIDTH, x.scheduler().backend().limits().vectorWidth(x.dtype()));
  }

  /**
   * x with zeros above the diagonal, or below it.
   *
   * @param strict whether the diagonal becomes zeros too
   */
  static Variable triangle(Variable x, boolean upper, boolean strict) {
    long n = x.shape().size(-1);
    Variable column = Arange.of(x.scheduler(), DType.INT64, 0, n, 1);
    Variable row = Unsqueeze.of(Arange.of(x.scheduler(), DType.INT64, 0, n, 1), 1);
    Variable high = upper ? column : row;
    Variable low = upper ? row : column;
    return Where.of(strict ? Gt.of(high, low) : Ge.of(high, low), x, (Number) 0);
  }
}
