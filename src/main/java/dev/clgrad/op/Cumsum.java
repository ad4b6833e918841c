package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * cumsum: y[k] = Σ x[j] over j &le; k along a dimension; dx[k] = Σ dy[j] over j &ge; k. Rounding
 * errors do not add up along a line.
 */
public final class Cumsum extends KernelOp {
  private static final Cumsum OP = new Cumsum();

  /** Columns that the twin scans together. */
  private static final int TILE = 256;

  private Cumsum() {
    super("cumsum", "scan/cumsum.cl");
  }

  /**
   * The sums of the elements up to each along a dimension.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param dtype what x is converted to first; null for its own, and int64 for integers and bool
   * @throws dev.clgrad.ShapeException if there is no such dimension
   */
  public static Variable of(Variable x, int dim, @Nullable DType dtype) {
    int d = x.shape().dim(OP.name(), dim);
    Variable in = Cast.to(x, dtype == null ? Scan.accumulated(x) : dtype);
    if (Widened.isNeeded(in)) {
      return Widened.through(in, wide -> of(wide, dim, null));
    }
    return x.rank() == 0 ? Reshape.of(in, Shape.SCALAR) : apply(in, d, false);
  }

  /** From the front, or in reverse from the end: each is the gradient of the other. */
  private static Variable apply(Variable x, int dim, boolean reverse) {
    Variable y = forward(x, dim, reverse);
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {apply(c.dy(), dim, !reverse)});
    return y;
  }

  private static Variable forward(Variable x, int dim, boolean reverse) {
    Reduction r = Reduction.of(x, new int[] {dim});
    Variable y = r.newLikeInput(OP.name());
    long length = Scan.segmentLength(r);
    long segments = r.segments(length);
    if (segments == 1) {
      launch(r.input(), null, y, r.outer(), r.count(), r.inner(), length, reverse);
    } else {
      Shape partial = Shape.of(r.outer(), segments, r.inner());
      Variable sums =
          new Variable(
              x.scheduler().newStorage(OP.name(), x.dtype(), partial), Layout.contiguous(partial));
      Sum.launch(OP.name(), r.input(), sums, r.outer(), r.count(), r.inner(), length, 1);
      Variable before = forward(sums, 1, reverse);
      launch(r.input(), before, y, r.outer(), r.count(), r.inner(), length, reverse);
      sums.storage().close();
      before.storage().close();
    }
    Reduction.release(r.input(), x);
    return y;
  }

  private static void launch(
      Variable x,
      @Nullable Variable before,
      Variable y,
      long outer,
      long count,
      long inner,
      long length,
      boolean reverse) {
    long segments = Reduction.segments(count, length);
    long items = outer * segments * inner;
    boolean group = inner == 1 && length > KernelSizes.ITEMS && !KernelSizes.vectors(x);
    int local = group ? KernelSizes.GROUP : KernelSizes.ITEMS;
    String entry = before == null ? "cumsum_forward" : "cumsum_segments";
    KernelTask.Builder task =
        KernelTask.of(
            OP.name(),
            ProgramSource.ofFile(OP.kernelFile(), x.dtype(), 1),
            group ? entry + "_group" : entry);
    task.source(x.value(), inner == 1 ? count : inner).out(y.value());
    task.i64(items).i64(segments).i64(count).i64(inner).i64(length).i64(reverse ? 1 : 0);
    if (before != null) {
      task.in(before.value());
    }
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(group ? items * local : items, local),
                KernelSizes.local(local),
                Cumsum::forwardTwin));
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

  /** Scans a segment of neighboring columns, or of one row; float32 in double, as PyTorch does. */
  private static void segment(TwinCall call, long item, int column) {
    long segments = call.integer(3);
    long count = call.integer(4);
    int inner = (int) call.integer(5);
    long length = call.integer(6);
    boolean reverse = call.integer(7) != 0;
    long begin = item % segments * length;
    long end = Math.min(begin + length, count);
    long neighbor = reverse ? item + 1 : item - 1;
    boolean first = reverse ? item % segments == segments - 1 : item % segments == 0;
    int before = first ? 0 : call.offset(8) + (int) neighbor * inner + column;
    long line = item / segments * count * inner + column;
    int rows = inner == 1 ? (int) (end - begin) : 1;
    int width = Math.min(TILE, inner - column);
    double[] sums = new double[width];
    long[] exact = new long[width];
    for (int i = 0; i < width && !first; i++) {
      switch (call.dtype(8)) {
        case FLOAT32 -> sums[i] = call.floats(8)[before + i];
        case FLOAT64 -> sums[i] = call.doubles(8)[before + i];
        default -> exact[i] = call.longs(8)[before + i];
      }
    }
    for (long k = 0; k < end - begin; k += rows) {
      long at = line + (reverse ? end - k - rows : begin + k) * inner;
      TwinCall.Segment x = call.segment(0, at, rows * width);
      int to = call.offset(1) + (int) at;
      switch (call.dtype(0)) {
        case FLOAT32 -> scan(x.floats(), x.offset(), call.floats(1), to, rows, sums, reverse);
        case FLOAT64 -> scan(x.doubles(), x.offset(), call.doubles(1), to, rows, sums, reverse);
        default -> scan(x.longs(), x.offset(), call.longs(1), to, rows, exact, reverse);
      }
    }
  }

  private static void scan(
      float[] x, int at, float[] y, int to, int rows, double[] sums, boolean reverse) {
    if (rows == 1) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += x[at + i];
        y[to + i] = (float) sums[i];
      }
      return;
    }
    double sum = sums[0];
    for (int k = 0; k < rows; k++) {
      int i = reverse ? rows - 1 - k : k;
      sum += x[at + i];
      y[to + i] = (float) sum;
    }
  }

  private static void scan(
      double[] x, int at, double[] y, int to, int rows, double[] sums, boolean reverse) {
    if (rows == 1) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += x[at + i];
        y[to + i] = sums[i];
      }
      return;
    }
    double sum = sums[0];
    for (int k = 0; k < rows; k++) {
      int i = reverse ? rows - 1 - k : k;
      sum += x[at + i];
      y[to + i] = sum;
    }
  }

  private static void scan(
      long[] x, int at, long[] y, int to, int rows, long[] sums, boolean reverse) {
    if (rows == 1) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += x[at + i];
        y[to + i] = sums[i];
      }
      return;
    }
    long sum = sums[0];
    for (int k = 0; k < rows; k++) {
      int i = reverse ? rows - 1 - k : k;
      sum += x[at + i];
      y[to + i] = sum;
    }
  }
}
