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

/** sum: y = Σ x over dimensions; dx = dy repeated over them. */
public final class Sum extends KernelOp {
  private static final Sum OP = new Sum();

  /** Columns that the twin adds up together. */
  private static final int TILE = 512;

  /** Rows that the twin adds up before it starts a new partial sum. */
  private static final int BLOCK = 64;

  private Sum() {
    super("sum", "reduce/sum.cl");
  }

  /**
   * The sum over dimensions. Integers and bool give int64, as in PyTorch.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1
   * @throws dev.clgrad.ShapeException if a dimension is out of range or named twice
   */
  public static Variable of(Variable x, int[] dims, boolean keepdim) {
    if (Widened.isNeeded(x)) {
      return Widened.through(x, wide -> of(wide, dims, keepdim));
    }
    DType dtype = x.dtype().isFloating() ? x.dtype() : DType.INT64;
    int[] over = Dims.of(OP.name(), x.shape(), dims);
    Variable in = Cast.to(x.detach(), dtype);
    Variable y = forward(OP.name(), in, over, keepdim, 1);
    Reduction.release(in, x);
    Shape before = x.shape();
    Shape kept = Reduction.keptShape(before, over);
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {Expand.of(Reshape.of(c.dy(), kept), before)});
    return y;
  }

  /**
   * The sum divided by a number, not recorded. Dimensions that do not lie side by side are summed
   * in turn, the innermost first, so that nothing has to be transposed.
   *
   * @param dims the dimensions in ascending order
   * @param divisor 1, or the count for a mean
   */
  static Variable forward(String op, Variable x, int[] dims, boolean keepdim, long divisor) {
    Variable y = x;
    int end = dims.length;
    do {
      int begin = Math.max(end - 1, 0);
      while (begin > 0 && dims[begin - 1] == dims[begin] - 1) {
        begin--;
      }
      Variable before = y;
      y = run(op, before, Arrays.copyOfRange(dims, begin, end), begin == 0 ? divisor : 1);
      Reduction.release(before, x);
      end = begin;
    } while (end > 0);
    Shape shape = keepdim ? y.shape() : Reduction.droppedShape(x.shape(), dims);
    return new Variable(y.storage(), Layout.contiguous(shape));
  }

  /** Sums over dimensions that lie side by side, which stay with size 1. */
  private static Variable run(String op, Variable x, int[] dims, long divisor) {
    Reduction r = Reduction.of(x, dims);
    Variable y = r.newOutput(op, x.dtype(), true);
    long length = r.segmentLength(KernelSizes.vectors(x));
    long segments = r.segments(length);
    if (segments == 1) {
      launch(op, r.input(), y, r.outer(), r.count(), r.inner(), length, divisor);
    } else {
      Shape partial = Shape.of(r.outer(), segments, r.inner());
      Variable sums =
          new Variable(
              x.scheduler().newStorage(op, x.dtype(), partial), Layout.contiguous(partial));
      launch(op, r.input(), sums, r.outer(), r.count(), r.inner(), length, 1);
      launch(op, sums, y, r.outer(), segments, r.inner(), segments, divisor);
      sums.storage().close();
    }
    Reduction.release(r.input(), x);
    return y;
  }

  /** Adds up each segment of a contiguous (outer, count, inner) array, and divides. */
  static void launch(
      String op,
      Variable x,
      Variable y,
      long outer,
      long count,
      long inner,
      long length,
      long divisor) {
    boolean traced =
        TracedRows.defers(
            op,
            List.of(x),
            List.of(y),
            (rows, in, out) ->
                launch(op, in.get(0), out.get(0), rows * outer, count, inner, length, divisor));
    if (traced) {
      return;
    }
    long segments = Reduction.segments(count, length);
    long items = outer * segments * inner;
    String entry = "sum_forward";
    long tasks = items;
    int local = KernelSizes.ITEMS;
    if (KernelSizes.vectors(x)) {
      local = KernelSizes.VECTOR;
      if (inner == 1) {
        entry += "_rows";
      } else {
        entry += "_columns";
        tasks = outer * segments * ((inner + 15) / 16);
      }
    } else if (inner == 1 && length > KernelSizes.ITEMS) {
      entry += "_group";
      local = KernelSizes.GROUP;
      tasks = items * local;
    }
    int width = KernelSizes.vectors(x) ? 16 : 1;
    KernelTask.Builder task =
        KernelTask.of(op, ProgramSource.ofFile(OP.kernelFile(), x.dtype(), width), entry);
    task.source(x.value(), inner == 1 ? count : inner).out(y.value());
    task.i64(items).i64(segments).i64(count).i64(inner).i64(length);
    switch (x.dtype()) {
      case FLOAT32 -> task.f32((float) divisor);
      case FLOAT64 -> task.f64((double) divisor);
      default -> task.i64(divisor);
    }
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(tasks, local), KernelSizes.local(local), Sum::forwardTwin));
  }

  private static void forwardTwin(TwinCall call) {
    int inner = (int) call.integer(5);
    long length = call.integer(6);
    if (inner == 1) {
      call.parallel(
          call.integer(2),
          Math.max(1, 32768 / Math.max(length, 1)),
          (begin, end) -> rowsTwin(call, begin, end));
    } else {
      int tiles = (inner + TILE - 1) / TILE;
      call.parallel(
          call.integer(2) / inner * tiles,
          Math.max(1, 32768 / Math.max(length * Math.min(inner, TILE), 1)),
          (begin, end) -> columnsTwin(call, begin, end));
    }
  }

  private static void rowsTwin(TwinCall call, long begin, long end) {
    long segments = call.integer(3);
    long count = call.integer(4);
    long length = call.integer(6);
    for (long item = begin; item < end; item++) {
      long from = item % segments * length;
      int n = (int) Math.min(length, count - from);
      TwinCall.Segment x = call.segment(0, item / segments * count + from, n);
      int to = call.offset(1) + (int) item;
      switch (call.dtype(0)) {
        case FLOAT32 -> {
          float total = call.lanes().sum(x.floats(), x.offset(), n);
          call.floats(1)[to] = total / (float) call.real(7);
        }
        case FLOAT64 -> {
          double total = call.lanes().sum(x.doubles(), x.offset(), n);
          call.doubles(1)[to] = total / call.real(7);
        }
        default -> {
          long total = 0;
          for (int k = 0; k < n; k++) {
            total += x.longs()[x.offset() + k];
          }
          call.longs(1)[to] = total;
        }
      }
    }
  }

  private static void columnsTwin(TwinCall call, long begin, long end) {
    long segments = call.integer(3);
    int count = (int) call.integer(4);
    int inner = (int) call.integer(5);
    int length = (int) call.integer(6);
    int tiles = (inner + TILE - 1) / TILE;
    for (long task = begin; task < end; task++) {
      long item = task / tiles;
      int i = (int) (task % tiles) * TILE;
      int width = Math.min(TILE, inner - i);
      int from = (int) (item % segments) * length;
      int rows = Math.min(length, count - from);
      long at = ((item / segments) * count + from) * inner + i;
      int to = call.offset(1) + (int) item * inner + i;
      switch (call.dtype(0)) {
        case FLOAT32 -> {
          float[] y = call.floats(1);
          float[] block = new float[width];
          Arrays.fill(y, to, to + width, 0);
          for (int k = 0; k < rows; k++) {
            TwinCall.Segment x = call.segment(0, at + (long) k * inner, width);
            call.lanes().addInto(block, 0, x.floats(), x.offset(), width);
            if (k % BLOCK == BLOCK - 1 || k == rows - 1) {
              call.lanes().addInto(y, to, block, 0, width);
              Arrays.fill(block, 0);
            }
          }
          float divisor = (float) call.real(7);
          for (int j = to; j < to + width; j++) {
            y[j] /= divisor;
          }
        }
        case FLOAT64 -> {
          double[] y = call.doubles(1);
          double[] block = new double[width];
          Arrays.fill(y, to, to + width, 0);
          for (int k = 0; k < rows; k++) {
            TwinCall.Segment x = call.segment(0, at + (long) k * inner, width);
            call.lanes().addInto(block, 0, x.doubles(), x.offset(), width);
            if (k % BLOCK == BLOCK - 1 || k == rows - 1) {
              call.lanes().addInto(y, to, block, 0, width);
              Arrays.fill(block, 0);
            }
          }
          for (int j = to; j < to + width; j++) {
            y[j] /= call.real(7);
          }
        }
        default -> {
          long[] y = call.longs(1);
          Arrays.fill(y, to, to + width, 0);
          for (int k = 0; k < rows; k++) {
            TwinCall.Segment x = call.segment(0, at + (long) k * inner, width);
            for (int j = 0; j < width; j++) {
              y[to + j] += x.longs()[x.offset() + j];
            }
          }
        }
      }
    }
  }
}
