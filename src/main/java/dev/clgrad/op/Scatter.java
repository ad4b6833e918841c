package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.IndexException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * scatter: y = x with elements of a source at the places along one dimension that an index names,
 * the last where it names one twice; dx = dy with zeros there, and the gradient of the source is
 * what dy has there, but 0 for elements that others replaced.
 */
public final class Scatter extends KernelOp {
  private static final Scatter OP = new Scatter();

  private Scatter() {
    super("scatter", "index/scatter.cl");
  }

  /**
   * x with elements of a source where an index says.
   *
   * @param index int64, of as many dimensions as x, nowhere larger than the source and, but along
   *     {@code dim}, than x
   * @param src of the dtype of x
   * @throws ShapeException if shapes do not fit or there is no such dimension
   * @throws DTypeException if the index is not of int64 or dtypes differ
   * @throws IndexException if a place is out of range: at once on the CPU, at the next read
   *     elsewhere
   */
  public static Variable of(Variable x, int dim, Variable index, Variable src) {
    int d = x.shape().dim(OP.name(), dim);
    if (x.dtype() != src.dtype()) {
      throw new DTypeException(
          "scatter: a source of "
              + src.dtype()
              + " does not go into a tensor of "
              + x.dtype()
              + "; convert it with to(DType)");
    }
    check(OP.name(), x, d, index, src);
    if (Widened.isNeeded(x)) {
      return Widened.through(x, src, (a, b) -> of(a, dim, index, b));
    }
    if (x.rank() == 0) {
      Shape line = Shape.of(1);
      Variable y = of(Reshape.of(x, line), 0, Reshape.of(index, line), Reshape.of(src, line));
      return Reshape.of(y, Shape.SCALAR);
    }
    Variable places = contiguous(Cast.to(index.detach(), DType.INT64));
    return within(x, d, places, corner(src, index.shape()));
  }

  /** x with one value where an index says, as {@link #of(Variable, int, Variable, Variable)}. */
  public static Variable of(Variable x, int dim, Variable index, Number value) {
    Variable scalar = Fill.of(x.scheduler(), x.dtype(), Shape.SCALAR, value);
    return of(x, dim, index, Expand.of(scalar, index.shape()));
  }

  static void check(String op, Variable x, int d, Variable index, Variable src) {
    if (index.dtype() != DType.INT64 && index.shape().numel() > 0) {
      throw new DTypeException(
          op
              + ": the index is of "
              + index.dtype()
              + "; expected int64, convert it with to(DType.INT64)");
    }
    boolean fits = index.rank() == x.rank() && src.rank() == x.rank();
    for (int other = 0; fits && other < x.rank(); other++) {
      long size = index.shape().size(other);
      fits = size <= src.shape().size(other) && (other == d || size <= x.shape().size(other));
    }
    if (!fits) {
      throw new ShapeException(
          op
              + ": an index of shape "
              + index.shape()
              + " and a source of shape "
              + src.shape()
              + " do not fit a tensor of shape "
              + x.shape()
              + "; all must have as many dimensions, and the index must nowhere be larger than the"
              + " source, nor than the tensor but along dimension "
              + d);
    }
  }

  static Variable contiguous(Variable x) {
    return x.layout().isContiguous() ? x : Cast.copy(x);
  }

  /** The first elements of each dimension, as many as a shape has. */
  static Variable corner(Variable x, Shape shape) {
    Variable part = x;
    for (int d = 0; d < shape.rank(); d++) {
      if (shape.size(d) < x.shape().size(d)) {
        part = Slice.of(part, d, 0, shape.size(d), 1);
      }
    }
    return part;
  }

  /** Scatters into the part of x that the index reaches, if that is not all. */
  private static Variable within(Variable x, int d, Variable index, Variable src) {
    long[] sizes = index.shape().toArray();
    sizes[d] = x.shape().size(d);
    Shape part = Shape.of(sizes);
    if (part.equals(x.shape())) {
      return run(x, d, index, src);
    }
    return Embed.replace(x, run(corner(x, part), d, index, src), v -> corner(v, part));
  }

  /** For an index as large as x but along the dimension, and a source as large as the index. */
  private static Variable run(Variable x, int d, Variable index, Variable src) {
    Reduction to = Reduction.of(x, new int[] {d});
    Variable from = contiguous(src.detach());
    long n = to.count();
    long m = index.shape().size(d);
    Variable y =
        new Variable(
            x.scheduler().newStorage(OP.name(), x.dtype(), x.shape()),
            Layout.contiguous(x.shape()));
    long lines = to.outer() * to.inner();
    long width = Gather.width(x, lines, n, m);
    long items = lines * ((n + width - 1) / width);
    KernelTask.Builder task =
        KernelTask.of(
            OP.name(), ProgramSource.ofFile(OP.kernelFile(), x.dtype(), 1), "scatter_forward");
    task.in(to.input().value()).in(index.value()).in(from.value()).out(y.value());
    task.status(Places.status(OP.name(), n, d));
    task.i64(items).i64(n).i64(m).i64(to.inner()).i64(width);
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(items, KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                Scatter::twin));
    Reduction.release(to.input(), x);
    Reduction.release(from, src);
    Node.record(
        OP.nodeName(),
        List.of(x, src),
        List.of(y),
        List.of(index),
        c -> {
          Variable places = c.saved(0);
          return new @Nullable Variable[] {
            c.needs(0) ? of(c.dy(), d, places, 0) : null,
            c.needs(1) ? sourceGradient(c.dy(), d, places) : null
          };
        });
    return y;
  }

  /** What dy has at the places of the index, and 0 for those that name a later one's. */
  private static Variable sourceGradient(Variable dy, int d, Variable index) {
    Variable numbers =
        Reshape.of(
            Arange.of(dy.scheduler(), DType.INT64, 0, index.shape().numel(), 1), index.shape());
    Variable last = of(Fill.of(dy.scheduler(), DType.INT64, dy.shape(), 0), d, index, numbers);
    Variable stays = Eq.of(Gather.of(last, d, index), numbers);
    Variable zero = Fill.of(dy.scheduler(), dy.dtype(), Shape.SCALAR, 0);
    return Where.of(stays, Gather.of(dy, d, index), zero);
  }

  // The loops move elements between arrays of one type, whichever it is.
  @SuppressWarnings("SuspiciousSystemArraycopy")
  private static void twin(TwinCall call) {
    int n = (int) call.integer(6);
    int m = (int) call.integer(7);
    int inner = (int) call.integer(8);
    // Several work-items share a line only where they are many.
    long parts = (n + call.integer(9) - 1) / call.integer(9);
    int lines = parts == 0 ? 0 : (int) (call.integer(5) / parts);
    System.arraycopy(call.array(0), call.offset(0), call.array(3), call.offset(3), lines * n);
    call.parallel(
        lines,
        Math.max(1, 16384 / Math.max(m, 1)),
        (begin, end) -> {
          for (int line = (int) begin; line < end; line++) {
            int places = line / inner * m * inner + line % inner;
            int to = call.offset(3) + line / inner * n * inner + line % inner;
            for (int k = 0; k < m; k++) {
              long j = call.longs(1)[call.offset(1) + places + k * inner];
              if (j < 0 || j >= n) {
                call.fail(4, j);
              }
              System.arraycopy(
                  call.array(2),
                  call.offset(2) + places + k * inner,
                  call.array(3),
                  to + (int) j * inner,
                  1);
            }
          }
        });
  }
}
