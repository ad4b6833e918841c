package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.tape.Variable;

/**
 * argmax: y = the index of the largest x over a dimension, the first of equal ones; NaN is largest.
 * No gradient.
 */
public final class ArgMax extends KernelOp {
  private static final ArgMax OP = new ArgMax();

  private ArgMax() {
    super("argmax", "reduce/argmax.cl");
  }

  /**
   * The index over all elements, counted in row-major order, as int64.
   *
   * @throws ShapeException if there are no elements
   */
  public static Variable of(Variable x) {
    return apply(x, Dims.of(OP.name(), x.shape()), false);
  }

  /**
   * The index over one dimension, as int64.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param keepdim whether it stays with size 1
   * @throws ShapeException if there is no such dimension, or it has no elements
   */
  public static Variable of(Variable x, int dim, boolean keepdim) {
    return apply(x, Dims.of(OP.name(), x.shape(), dim), keepdim);
  }

  private static Variable apply(Variable x, int[] dims, boolean keepdim) {
    checkNotEmpty(OP.name(), x, dims);
    DType dtype = x.dtype().isFloating() ? x.dtype().arithmetic() : DType.INT64;
    Variable in = Cast.to(x.detach(), dtype);
    Reduction r = Reduction.of(in, dims);
    Variable y = r.newOutput(OP.name(), DType.INT64, keepdim);
    long items = r.outer() * r.inner();
    boolean group = r.inner() == 1 && r.count() > KernelSizes.ITEMS && !KernelSizes.vectors(x);
    int local = group ? KernelSizes.GROUP : KernelSizes.ITEMS;
    KernelTask.Builder task =
        KernelTask.of(
            OP.name(),
            ProgramSource.ofFile(OP.kernelFile(), dtype, 1),
            group ? "argmax_forward_group" : "argmax_forward");
    task.in(r.input().value()).out(y.value()).i64(items).i64(r.count()).i64(r.inner());
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(group ? items * local : items, local),
                KernelSizes.local(local),
                ArgMax::forwardTwin));
    Reduction.release(r.input(), in);
    Reduction.release(in, x);
    return y;
  }

  /**
   * Refuses a maximum over no elements.
   *
   * @throws ShapeException if a reduced dimension has size 0 while the result has elements
   */
  static void checkNotEmpty(String op, Variable x, int[] dims) {
    for (int d : dims) {
      if (x.shape().size(d) == 0) {
        throw new ShapeException(
            op
                + ": dimension "
                + d
                + " of shape "
                + x.shape()
                + " has no elements, and no elements have no maximum; give it at least one");
      }
    }
  }

  private static void forwardTwin(TwinCall call) {
    int n = (int) call.integer(3);
    int inner = (int) call.integer(4);
    call.parallel(
        call.integer(2),
        Math.max(1, 16384 / n),
        (begin, end) -> {
          for (long item = begin; item < end; item++) {
            int at = call.offset(0) + (int) (item / inner * n * inner + item % inner);
            int found =
                switch (call.dtype(0)) {
                  case FLOAT32 -> find(call.floats(0), at, n, inner);
                  case FLOAT64 -> find(call.doubles(0), at, n, inner);
                  default -> find(call.longs(0), at, n, inner);
                };
            call.longs(1)[call.offset(1) + (int) item] = found;
          }
        });
  }

  private static int find(float[] x, int at, int n, int inner) {
    int found = 0;
    float top = x[at];
    for (int k = 1; k < n && !Float.isNaN(top); k++) {
      float value = x[at + k * inner];
      if (value > top || Float.isNaN(value)) {
        top = value;
        found = k;
      }
    }
    return found;
  }

  private static int find(double[] x, int at, int n, int inner) {
    int found = 0;
    double top = x[at];
    for (int k = 1; k < n && !Double.isNaN(top); k++) {
      double value = x[at + k * inner];
      if (value > top || Double.isNaN(value)) {
        top = value;
        found = k;
      }
    }
    return found;
  }

  private static int find(long[] x, int at, int n, int inner) {
    int found = 0;
    for (int k = 1; k < n; k++) {
      if (x[at + k * inner] > x[at + found * inner]) {
        found = k;
      }
    }
    return found;
  }
}
