package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * prod: y = Π x over one dimension or all; dx = dy times the product of the others, exact where
 * elements are 0.
 */
public final class Prod extends KernelOp {
  private static final Prod OP = new Prod();

  /** Columns that the twin multiplies together. */
  private static final int TILE = 512;

  /** Rows are multiplied in so many products side by side. */
  private static final int LANES = 8;

  private Prod() {
    super("prod", "reduce/prod.cl");
  }

  /**
   * The product of all elements, 1 of none.
   *
   * @param dtype what x is converted to first; null for its own, and int64 for integers and bool
   */
  public static Variable of(Variable x, @Nullable DType dtype) {
    Variable in = converted(x, dtype);
    if (Widened.isNeeded(in)) {
      return Widened.through(in, wide -> of(wide, null));
    }
    return apply(Reshape.of(in, Shape.of(x.shape().numel())), 0, false);
  }

  /**
   * The product over a dimension, 1 of no elements.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param keepdim whether it stays with size 1
   * @param dtype what x is converted to first; null for its own, and int64 for integers and bool
   * @throws dev.clgrad.ShapeException if there is no such dimension
   */
  public static Variable of(Variable x, int dim, boolean keepdim, @Nullable DType dtype) {
    int d = x.shape().dim(OP.name(), dim);
    Variable in = converted(x, dtype);
    if (Widened.isNeeded(in)) {
      return Widened.through(in, wide -> of(wide, dim, keepdim, null));
    }
    if (x.rank() == 0) {
      return Reshape.of(apply(Reshape.of(in, Shape.of(1)), 0, false), Shape.SCALAR);
    }
    return apply(in, d, keepdim);
  }

  private static Variable converted(Variable x, @Nullable DType dtype) {
    return Cast.to(x, dtype == null ? Scan.accumulated(x) : dtype);
  }

  private static Variable apply(Variable x, int dim, boolean keepdim) {
    Reduction r = Reduction.of(x, new int[] {dim});
    Variable y = forward(r, keepdim);
    Reduction.release(r.input(), x);
    Shape kept = r.keptShape();
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(x),
        c -> {
          Variable in = c.saved(0);
          Variable before = Recurrence.of(in, null, dim, true, false);
          Variable after = Recurrence.of(in, null, dim, true, true);
          Variable others = Mul.of(before, after);
          return new @Nullable Variable[] {Mul.of(Reshape.of(c.dy(), kept), others)};
        });
    return y;
  }

  private static Variable forward(Reduction r, boolean keepdim) {
    Variable x = r.input();
    Variable y = r.newOutput(OP.name(), x.dtype(), keepdim);
    long length = r.segmentLength(KernelSizes.vectors(x));
    long segments = r.segments(length);
    if (segments == 1) {
      launch(x, y, r.outer(), r.count(), r.inner(), length);
    } else {
      Shape partial = Shape.of(r.outer(), segments, r.inner());
      Variable products =
          new Variable(
              x.scheduler().newStorage(OP.name(), x.dtype(), partial), Layout.contiguous(partial));
      launch(x, products, r.outer(), r.count(), r.inner(), length);
      launch(products, y, r.outer(), segments, r.inner(), segments);
      products.storage().close();
    }
    return y;
  }

  private static void launch(
      Variable x, Variable y, long outer, long count, long inner, long length) {
    long segments = Reduction.segments(count, length);
    long items = outer * segments * inner;
    String entry = "prod_forward";
    int local = KernelSizes.ITEMS;
    int width = 1;
    long tasks = items;
    if (inner == 1 && KernelSizes.vectors(x)) {
      entry += "_rows";
      local = KernelSizes.VECTOR;
      width = 16;
    } else if (inner == 1 && length > KernelSizes.ITEMS) {
      entry += "_group";
      local = KernelSizes.GROUP;
      tasks = items * local;
    }
    KernelTask.Builder task =
        KernelTask.of(OP.name(), ProgramSource.ofFile(OP.kernelFile(), x.dtype(), width), entry);
    task.source(x.value(), inner == 1 ? count : inner).out(y.value());
    task.i64(items).i64(segments).i64(count).i64(inner).i64(length);
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(tasks, local), KernelSizes.local(local), Prod::forwardTwin));
  }

  private static void forwardTwin(TwinCall call) {
    int inner = (int) call.integer(5);
    long length = call.integer(6);
    int tiles = (inner + TILE - 1) / TILE;
    call.parallel(
        call.integer(2) / inner * tiles,
        Math.max(1, 16384 / Math.max(length * Math.min(inner, TILE), 1)),
        (begin, end) -> {
          for (long task = begin; task < end; task++) {
            segment(call, task / tiles, (int) (task % tiles) * TILE);
          }
        });
  }

  private static void segment(TwinCall call, long item, int column) {
    long segments = call.integer(3);
    long count = call.integer(4);
    int inner = (int) call.integer(5);
    long length = call.integer(6);
    long from = item % segments * length;
    int rows = (int) Math.min(length, count - from);
    long at = (item / segments * count + from) * inner + column;
    int to = call.offset(1) + (int) item * inner + column;
    if (inner == 1) {
      TwinCall.Segment x = call.segment(0, at, rows);
      switch (call.dtype(0)) {
        case FLOAT32 -> call.floats(1)[to] = product(x.floats(), x.offset(), rows);
        case FLOAT64 -> call.doubles(1)[to] = product(x.doubles(), x.offset(), rows);
        default -> call.longs(1)[to] = product(x.longs(), x.offset(), rows);
      }
      return;
    }
    int width = Math.min(TILE, inner - column);
    switch (call.dtype(0)) {
      case FLOAT32 -> Arrays.fill(call.floats(1), to, to + width, 1);
      case FLOAT64 -> Arrays.fill(call.doubles(1), to, to + width, 1);
      default -> Arrays.fill(call.longs(1), to, to + width, 1);
    }
    for (int k = 0; k < rows; k++) {
      TwinCall.Segment x = call.segment(0, at + (long) k * inner, width);
      switch (call.dtype(0)) {
        case FLOAT32 -> multiply(call.floats(1), to, x.floats(), x.offset(), width);
        case FLOAT64 -> multiply(call.doubles(1), to, x.doubles(), x.offset(), width);
        default -> multiply(call.longs(1), to, x.longs(), x.offset(), width);
      }
    }
  }

  private static void multiply(float[] y, int to, float[] x, int at, int n) {
    for (int j = 0; j < n; j++) {
      y[to + j] *= x[at + j];
    }
  }

  private static void multiply(double[] y, int to, double[] x, int at, int n) {
    for (int j = 0; j < n; j++) {
      y[to + j] *= x[at + j];
    }
  }

  private static void multiply(long[] y, int to, long[] x, int at, int n) {
    for (int j = 0; j < n; j++) {
      y[to + j] *= x[at + j];
    }
  }

  private static float product(float[] x, int at, int n) {
    float[] lanes = new float[LANES];
    Arrays.fill(lanes, 1);
    int whole = n / LANES * LANES;
    for (int k = 0; k < whole; k += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        lanes[lane] *= x[at + k + lane];
      }
    }
    float y = 1;
    for (float lane : lanes) {
      y *= lane;
    }
    for (int k = whole; k < n; k++) {
      y *= x[at + k];
    }
    return y;
  }

  private static double product(double[] x, int at, int n) {
    double[] lanes = new double[LANES];
    Arrays.fill(lanes, 1);
    int whole = n / LANES * LANES;
    for (int k = 0; k < whole; k += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        lanes[lane] *= x[at + k + lane];
      }
    }
    double y = 1;
    for (double lane : lanes) {
      y *= lane;
    }
    for (int k = whole; k < n; k++) {
      y *= x[at + k];
    }
    return y;
  }

  private static long product(long[] x, int at, int n) {
    long y = 1;
    for (int k = 0; k < n; k++) {
      y *= x[at + k];
    }
    return y;
  }
}
