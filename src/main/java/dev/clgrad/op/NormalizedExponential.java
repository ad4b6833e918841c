package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * softmax and log_softmax: each line of one dimension is turned into another, and backward reads
 * the result.
 */
abstract class NormalizedExponential extends KernelOp {
  /** Rows this short are not worth a work-group each. */
  private static final long SHORT_ROW = 32;

  NormalizedExponential(String name) {
    super(name, "reduce/" + name + ".cl");
  }

  /** One line forward, n side by side; y is not x. */
  abstract void forward(Lanes lanes, float[] x, int xAt, float[] y, int yAt, int n);

  /** One line forward, n side by side; y is not x. */
  abstract void forward(Lanes lanes, double[] x, int xAt, double[] y, int yAt, int n);

  /** One line backward; dx is neither of the others. */
  abstract void backward(
      Lanes lanes, float[] dy, int dyAt, float[] y, int yAt, float[] dx, int dxAt, int n);

  /** One line backward; dx is neither of the others. */
  abstract void backward(
      Lanes lanes, double[] dy, int dyAt, double[] y, int yAt, double[] dx, int dxAt, int n);

  /** dx in differentiable operations. */
  abstract Variable gradient(Variable dy, Variable y, int dim);

  final Variable apply(Variable x, int dim) {
    int d = x.shape().dim(name(), dim);
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          name()
              + ": takes floating-point numbers, not "
              + x.dtype()
              + "; convert with to(DType.FLOAT32), or name the dtype of the result");
    }
    if (Widened.isNeeded(x)) {
      return Widened.through(x, wide -> apply(wide, dim));
    }
    Reduction r = Reduction.of(x, new int[] {d});
    Variable y = newLike(r.input());
    launch("forward", r, r.input(), List.of(), y, this::forwardTwin);
    Reduction.release(r.input(), x);
    Node.record(
        nodeName(),
        List.of(x),
        List.of(y),
        List.of(y),
        c ->
            new @Nullable Variable[] {
              c.createGraph() ? gradient(c.dy(), c.saved(0), d) : backward(c.dy(), c.saved(0), d)
            });
    return y;
  }

  private Variable backward(Variable dy, Variable y, int dim) {
    Reduction r = Reduction.of(y, new int[] {dim});
    Variable upstream = dy.layout().isContiguous() ? dy : Cast.copy(dy);
    Variable dx = newLike(y);
    launch("backward", r, upstream, List.of(r.input()), dx, this::backwardTwin);
    Reduction.release(upstream, dy);
    Reduction.release(r.input(), y);
    return dx;
  }

  private Variable newLike(Variable x) {
    return new Variable(
        x.scheduler().newStorage(name(), x.dtype(), x.shape()), Layout.contiguous(x.shape()));
  }

  private void launch(
      String direction,
      Reduction r,
      Variable source,
      List<Variable> saved,
      Variable out,
      Twin twin) {
    launch(direction, r.outer(), r.count(), r.inner(), source, saved, out, twin);
  }

  private void launch(
      String direction,
      long outer,
      long count,
      long inner,
      Variable source,
      List<Variable> saved,
      Variable out,
      Twin twin) {
    List<Variable> inputs = new ArrayList<>(saved);
    inputs.add(0, source);
    boolean traced =
        TracedRows.defers(
            name(),
            inputs,
            List.of(out),
            (rows, in, to) ->
                launch(
                    direction,
                    rows * outer,
                    count,
                    inner,
                    in.get(0),
                    in.subList(1, in.size()),
                    to.get(0),
                    twin));
    if (traced) {
      return;
    }
    DType dtype = out.dtype();
    long lines = outer * inner;
    String entry = name() + "_" + direction;
    long tasks = lines;
    int local = KernelSizes.ITEMS;
    int width = 1;
    if (inner == 1 && KernelSizes.vectors(out)) {
      entry += "_rows";
      local = KernelSizes.VECTOR;
      width = 16;
    } else if (inner == 1 && count > SHORT_ROW) {
      entry += "_group";
      local = KernelSizes.GROUP;
      tasks = lines * local;
    }
    KernelTask.Builder task =
        KernelTask.of(name(), ProgramSource.ofFile(kernelFile(), dtype, width), entry);
    task.source(source.value(), inner == 1 ? count : inner);
    saved.forEach(v -> task.in(v.value()));
    task.out(out.value()).i64(lines).i64(count).i64(inner);
    out.scheduler()
        .add(task.build(KernelSizes.global(tasks, local), KernelSizes.local(local), twin));
  }

  private void forwardTwin(TwinCall call) {
    int n = (int) call.integer(3);
    int inner = (int) call.integer(4);
    LineBlocks blocks = LineBlocks.of(n, inner);
    call.parallel(
        blocks.blocks(call.integer(2)),
        grain(blocks),
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            FloatSource x = new FloatSource(call, 0, blocks);
            FloatLines y = new FloatLines(call, 1, n, inner);
            for (long block = begin; block < end; block++) {
              x.load(block);
              for (long line = x.first; line < x.end; line++) {
                x.seek(line);
                y.seek(line);
                forward(call.lanes(), x.array, x.at, y.array, y.at, n);
                y.store();
              }
            }
          } else {
            DoubleSource x = new DoubleSource(call, 0, blocks);
            DoubleLines y = new DoubleLines(call, 1, n, inner);
            for (long block = begin; block < end; block++) {
              x.load(block);
              for (long line = x.first; line < x.end; line++) {
                x.seek(line);
                y.seek(line);
                forward(call.lanes(), x.array, x.at, y.array, y.at, n);
                y.store();
              }
            }
          }
        });
  }

  private void backwardTwin(TwinCall call) {
    int n = (int) call.integer(4);
    int inner = (int) call.integer(5);
    LineBlocks blocks = LineBlocks.of(n, inner);
    call.parallel(
        blocks.blocks(call.integer(3)),
        grain(blocks),
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            FloatSource dy = new FloatSource(call, 0, blocks);
            FloatLines y = new FloatLines(call, 1, n, inner);
            FloatLines dx = new FloatLines(call, 2, n, inner);
            for (long block = begin; block < end; block++) {
              dy.load(block);
              for (long line = dy.first; line < dy.end; line++) {
                dy.seek(line);
                y.load(line);
                dx.seek(line);
                backward(call.lanes(), dy.array, dy.at, y.array, y.at, dx.array, dx.at, n);
                dx.store();
              }
            }
          } else {
            DoubleSource dy = new DoubleSource(call, 0, blocks);
            DoubleLines y = new DoubleLines(call, 1, n, inner);
            DoubleLines dx = new DoubleLines(call, 2, n, inner);
            for (long block = begin; block < end; block++) {
              dy.load(block);
              for (long line = dy.first; line < dy.end; line++) {
                dy.seek(line);
                y.load(line);
                dx.seek(line);
                backward(call.lanes(), dy.array, dy.at, y.array, y.at, dx.array, dx.at, n);
                dx.store();
              }
            }
          }
        });
  }

  /** Fewer blocks than this are not worth another thread. */
  private static long grain(LineBlocks blocks) {
    return Math.max(1, 4096 / Math.max((long) blocks.count() * blocks.width(), 1));
  }
}
