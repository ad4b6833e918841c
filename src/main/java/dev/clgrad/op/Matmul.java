package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * matmul: y[…, i, j] = Σ_l a[…, i, l] b[…, l, j], the dimensions before the last two broadcast; da
 * = dy bᵀ, db = aᵀ dy. A vector on the left counts as a row, one on the right as a column, and the
 * dimension that was added for it goes again.
 *
 * <p>The gradients are the same product of transposed views, so kernel and differentiable form are
 * one: the kernels take strides.
 */
public final class Matmul extends KernelOp {
  private static final Matmul OP = new Matmul();

  private Matmul() {
    super("matmul", "matmul/matmul.cl");
  }

  /**
   * The product of two tensors of at least one dimension.
   *
   * @throws ShapeException if one is a scalar, the inner sizes differ or the others do not
   *     broadcast
   * @throws DTypeException if the dtypes differ or are bool
   */
  public static Variable of(Variable a, Variable b) {
    return of(OP.name(), a, b);
  }

  /**
   * The product of two matrices.
   *
   * @throws ShapeException if one is no matrix or the inner sizes differ
   * @throws DTypeException if the dtypes differ or are bool
   */
  public static Variable mm(Variable a, Variable b) {
    checkRanks("mm", a, 2, b, 2);
    return of("mm", a, b);
  }

  /**
   * The products of two equally long batches of matrices.
   *
   * @throws ShapeException if one has not three dimensions, or batch or inner sizes differ
   * @throws DTypeException if the dtypes differ or are bool
   */
  public static Variable bmm(Variable a, Variable b) {
    checkBatches("bmm", a, b);
    return of("bmm", a, b);
  }

  private static void checkBatches(String op, Variable a, Variable b) {
    checkRanks(op, a, 3, b, 3);
    if (a.shape().size(0) != b.shape().size(0)) {
      throw new ShapeException(
          op
              + ": shapes "
              + a.shape()
              + " and "
              + b.shape()
              + " are batches of "
              + a.shape().size(0)
              + " and "
              + b.shape().size(0)
              + " matrices; they must be equally many, or use matmul to broadcast");
    }
  }

  /**
   * Checks, on behalf of another operation, two operands of exactly these numbers of dimensions;
   * with three, as many matrices in both.
   *
   * @return the shape of their product
   */
  static Shape check(String op, Variable a, int rankA, Variable b, int rankB) {
    if (rankA == 3) {
      checkBatches(op, a, b);
    } else {
      checkRanks(op, a, rankA, b, rankB);
    }
    checkTypes(op, a, b);
    checkInner(op, a, b);
    Shape rows = Shape.of(Arrays.copyOf(a.shape().toArray(), rankA - 1));
    return rankB == 1 ? rows : with(rows, b.shape().size(-1));
  }

  /**
   * A matrix times a vector.
   *
   * @throws ShapeException if a is no matrix, b no vector, or the inner sizes differ
   * @throws DTypeException if the dtypes differ or are bool
   */
  public static Variable mv(Variable a, Variable b) {
    checkRanks("mv", a, 2, b, 1);
    return of("mv", a, b);
  }

  /**
   * The inner product of two vectors.
   *
   * @throws ShapeException if one is no vector or the sizes differ
   * @throws DTypeException if the dtypes differ or are bool
   */
  public static Variable dot(Variable a, Variable b) {
    checkRanks("dot", a, 1, b, 1);
    return of("dot", a, b);
  }

  private static void checkRanks(String op, Variable a, int rankA, Variable b, int rankB) {
    if (a.rank() != rankA || b.rank() != rankB) {
      throw new ShapeException(
          op
              + ": shapes "
              + a.shape()
              + " and "
              + b.shape()
              + " have "
              + a.rank()
              + " and "
              + b.rank()
              + " dimensions; expected "
              + rankA
              + " and "
              + rankB
              + ", or use matmul");
    }
  }

  /** The product on behalf of another operation, which errors name. */
  static Variable of(String op, Variable a, Variable b) {
    checkTypes(op, a, b);
    checkInner(op, a, b);
    boolean row = a.rank() == 1;
    boolean column = b.rank() == 1;
    Layout layoutA = row ? a.layout().unsqueeze(0) : a.layout();
    Layout layoutB = column ? b.layout().unsqueeze(1) : b.layout();
    Shape batch = Shape.broadcast(op, leading(layoutA.shape()), leading(layoutB.shape()));
    long m = layoutA.size(layoutA.rank() - 2);
    long n = layoutB.size(layoutB.rank() - 1);
    Shape full = with(batch, m, n);
    Shape shape = row ? (column ? batch : with(batch, n)) : column ? with(batch, m) : full;
    Variable y =
        product(
            op,
            new Variable(a.storage(), layoutA),
            new Variable(b.storage(), layoutB),
            batch,
            shape);
    Shape shapeA = a.shape();
    Shape shapeB = b.shape();
    // Each operand is read for the gradient of the other alone.
    boolean forA = a.isDifferentiated();
    boolean forB = b.isDifferentiated();
    List<Variable> saved = forA ? (forB ? List.of(b, a) : List.of(b)) : List.of(a);
    boolean inColumnsA = isTransposed(a);
    boolean inColumnsB = isTransposed(b);
    Node.record(
        node(op, a, b),
        List.of(a, b),
        List.of(y),
        saved,
        c ->
            new @Nullable Variable[] {
              c.needs(0) ? gradientA(c.dy(), c.saved(0), full, shapeA, inColumnsA) : null,
              c.needs(1) ? gradientB(c.dy(), c.saved(forA ? 1 : 0), full, shapeB, inColumnsB) : null
            });
    return y;
  }

  /** The product, not recorded: what backward reads stays float16 where it is. */
  private static Variable product(String op, Variable a, Variable b, Shape batch, Shape shape) {
    boolean units =
        a.dtype().isReduced()
            && MatrixUnits.serve(
                a.scheduler(),
                a.dtype(),
                a.shape().size(-2),
                b.shape().size(-1),
                a.shape().size(-1));
    Variable wideA = units ? a : Widened.in(a);
    Variable wideB = units ? b : Widened.in(b);
    DType arithmetic = a.dtype().arithmetic();
    Variable wide =
        new Variable(a.scheduler().newStorage(op, arithmetic, shape), Layout.contiguous(shape));
    MatrixProduct.add(op, wideA, wideB, wide, batch, null);
    Variable y = Cast.to(wide, a.dtype());
    Reduction.release(wideA, a);
    Reduction.release(wideB, b);
    Reduction.release(wide, y);
    return y;
  }

  /** da = dy bᵀ, summed over the batches that a was repeated for. */
  private static Variable gradientA(
      Variable upstream, Variable b, Shape full, Shape shapeA, boolean inColumns) {
    Variable dy = reshaped(upstream, full);
    Variable matrixB = b.rank() == 1 ? Unsqueeze.of(b, 1) : b;
    Variable da =
        inColumns
            ? Transpose.of(of(matrixB, Transpose.of(dy, -2, -1)), -2, -1)
            : of(dy, Transpose.of(matrixB, -2, -1));
    Shape matrixA = shapeA.rank() == 1 ? Shape.of(1, shapeA.size(0)) : shapeA;
    return reshaped(Broadcast.reduceTo(da, matrixA, da.dtype()), shapeA);
  }

  /** db = aᵀ dy, summed over the batches that b was repeated for. */
  private static Variable gradientB(
      Variable upstream, Variable a, Shape full, Shape shapeB, boolean inColumns) {
    Variable dy = reshaped(upstream, full);
    Variable matrixA = a.rank() == 1 ? Unsqueeze.of(a, 0) : a;
    if (shapeB.rank() <= 2 && a.rank() > 2) {
      // One product over the rows of all batches instead of one for each, which would then have to
      // be summed.
      matrixA = Reshape.of(a, rows(a.shape()));
      dy = Reshape.of(dy, rows(full));
    }
    Variable db =
        inColumns
            ? Transpose.of(of(Transpose.of(dy, -2, -1), matrixA), -2, -1)
            : of(Transpose.of(matrixA, -2, -1), dy);
    Shape matrixB = shapeB.rank() == 1 ? Shape.of(shapeB.size(0), 1) : shapeB;
    return reshaped(Broadcast.reduceTo(db, matrixB, db.dtype()), shapeB);
  }

  /**
   * Whether a matrix lies in columns, as a linear layer's weight does: then its gradient is
   * computed that way too, so that what it is a view of gets a gradient in rows.
   */
  private static boolean isTransposed(Variable x) {
    return x.rank() >= 2
        && x.layout().stride(x.rank() - 2) == 1
        && x.layout().stride(x.rank() - 1) > 1;
  }

  private static Variable reshaped(Variable x, Shape shape) {
    return x.shape().equals(shape) ? x : Reshape.of(x, shape);
  }

  /** All dimensions but the last made one. */
  private static Shape rows(Shape shape) {
    return Shape.of(leading(shape).numel() * shape.size(-2), shape.size(-1));
  }

  private static Shape leading(Shape shape) {
    return Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - 2));
  }

  private static Shape with(Shape batch, long... sizes) {
    long[] all = Arrays.copyOf(batch.toArray(), batch.rank() + sizes.length);
    System.arraycopy(sizes, 0, all, batch.rank(), sizes.length);
    return Shape.of(all);
  }

  /** What PyTorch calls the node. */
  private static String node(String op, Variable a, Variable b) {
    int ranks = 10 * a.rank() + b.rank();
    return switch (ranks) {
      case 11 -> "DotBackward0";
      case 21 -> "MvBackward0";
      case 22 -> "MmBackward0";
      default -> op.equals("bmm") ? "BmmBackward0" : "UnsafeViewBackward0";
    };
  }

  private static void checkTypes(String op, Variable a, Variable b) {
    if (a.dtype() != b.dtype()) {
      throw new DTypeException(
          op
              + ": a tensor of "
              + a.dtype()
              + " and shape "
              + a.shape()
              + " times one of "
              + b.dtype()
              + " and shape "
              + b.shape()
              + ": the dtypes must be equal; convert one with to(DType)");
    }
    if (a.dtype() == DType.BOOL) {
      throw new DTypeException(
          op + ": there is no matrix product of bool; convert with to(DType) first");
    }
  }

  private static void checkInner(String op, Variable a, Variable b) {
    if (a.rank() == 0 || b.rank() == 0) {
      throw new ShapeException(
          op
              + ": shapes "
              + a.shape()
              + " and "
              + b.shape()
              + ": both need at least one dimension; multiply by a scalar with mul");
    }
    long innerA = a.shape().size(-1);
    long innerB = b.shape().size(b.rank() == 1 ? 0 : -2);
    if (innerA != innerB) {
      throw new ShapeException(
          op
              + ": shapes "
              + a.shape()
              + " and "
              + b.shape()
              + " do not multiply: the inner sizes "
              + innerA
              + " (last of the first) and "
              + innerB
              + (b.rank() == 1 ? " (of the second)" : " (last but one of the second)")
              + " differ; transpose or reshape one of them");
    }
  }
}
