package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The mean over dimensions and the sum of squared differences from it, by the kernels of var: x is
 * read once, and squares are never of anything but differences. Not recorded.
 *
 * @param mean of the shape of x with size 1 in these dimensions
 * @param squares the sum of (x - mean)², of the same shape
 * @param count how many x there are to each
 */
record Moments(Variable mean, Variable squares, long count) {
  private static final String OP = "var";
  private static final String FILE = "reduce/var.cl";

  /**
   * The moments of a floating-point x. Dimensions that do not lie side by side are taken in turn,
   * the innermost first, so that nothing has to be transposed.
   *
   * @param dims the dimensions in ascending order
   */
  static Moments of(Variable x, int[] dims) {
    // Those of size 1 would cost a launch and change nothing.
    int[] some = IntStream.of(dims).filter(d -> x.rank() > 0 && x.shape().size(d) != 1).toArray();
    int[] over = some.length == 0 ? dims : some;
    int end = over.length;
    int begin = before(over, end);
    Moments m = of(Reduction.of(x, Arrays.copyOfRange(over, begin, end)), x);
    while (begin > 0) {
      end = begin;
      begin = before(over, end);
      Reduction r = Reduction.of(m.mean, Arrays.copyOfRange(over, begin, end));
      Moments merged = merge(m, r.outer(), r.count(), r.inner(), m.count, m.count);
      m.close();
      m = merged.shaped(r.keptShape());
    }
    return m;
  }

  /** Where the run of neighboring dimensions that ends before {@code end} begins. */
  private static int before(int[] dims, int end) {
    int begin = Math.max(end - 1, 0);
    while (begin > 0 && dims[begin - 1] == dims[begin] - 1) {
      begin--;
    }
    return begin;
  }

  private static Moments of(Reduction r, Variable x) {
    Variable in = r.input();
    long length = r.segmentLength(KernelSizes.vectors(in));
    long segments = r.segments(length);
    Shape partial = Shape.of(r.outer(), segments, r.inner());
    Moments m = new Moments(scratch(in, partial), scratch(in, partial), r.count());
    launch(r, m, length);
    Reduction.release(in, x);
    if (segments > 1) {
      long last = r.count() - (segments - 1) * length;
      Moments merged = merge(m, r.outer(), segments, r.inner(), length, last);
      m.close();
      m = merged;
    }
    return m.shaped(r.keptShape());
  }

  private static void launch(Reduction r, Moments m, long length) {
    Variable x = r.input();
    long segments = r.segments(length);
    long items = r.outer() * segments * r.inner();
    String entry = "var_forward";
    int local = KernelSizes.ITEMS;
    int width = 1;
    long tasks = items;
    if (KernelSizes.vectors(x)) {
      local = KernelSizes.VECTOR;
      width = 16;
      entry += r.inner() == 1 ? "_rows" : "_columns";
      tasks = r.inner() == 1 ? items : r.outer() * segments * ((r.inner() + 15) / 16);
    } else if (r.inner() == 1 && length > KernelSizes.ITEMS) {
      entry += "_group";
      local = KernelSizes.GROUP;
      tasks = items * local;
    }
    KernelTask.Builder task = kernel(entry, x.dtype(), width);
    task.source(x.value(), r.inner() == 1 ? r.count() : r.inner());
    task.out(m.mean.value()).out(m.squares.value());
    task.i64(items).i64(segments).i64(r.count()).i64(r.inner()).i64(length);
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(tasks, local), KernelSizes.local(local), MomentsTwin::forward));
  }

  /**
   * The moments of what some moments are of, taken together.
   *
   * @param n how many elements each is of, but the last of a line
   * @param last how many that one is of
   */
  private static Moments merge(Moments m, long outer, long count, long inner, long n, long last) {
    Shape lines = Shape.of(outer, count, inner);
    Variable view = new Variable(m.mean.storage(), Layout.contiguous(lines));
    long length = Reduction.of(view, new int[] {1}).segmentLength(KernelSizes.vectors(m.mean));
    long segments = Reduction.segments(count, length);
    Shape shape = Shape.of(outer, segments, inner);
    Moments merged =
        new Moments(scratch(m.mean, shape), scratch(m.mean, shape), n * (count - 1) + last);
    KernelTask.Builder task = kernel("var_merge", m.mean.dtype(), 1);
    task.in(m.mean.value()).in(m.squares.value());
    task.out(merged.mean.value()).out(merged.squares.value());
    task.i64(outer * segments * inner).i64(segments).i64(count).i64(inner).i64(length);
    task.i64(n).i64(last);
    m.mean
        .scheduler()
        .add(
            task.build(
                KernelSizes.global(outer * segments * inner, KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                MomentsTwin::merge));
    if (segments == 1) {
      return merged;
    }
    long rest = count - (segments - 1) * length;
    Moments all = merge(merged, outer, segments, inner, n * length, n * (rest - 1) + last);
    merged.close();
    return all;
  }

  private Moments shaped(Shape shape) {
    Layout layout = Layout.contiguous(shape);
    return new Moments(
        new Variable(mean.storage(), layout), new Variable(squares.storage(), layout), count);
  }

  /** Gives the memory back as soon as what is pending has read it. */
  void close() {
    mean.storage().close();
    squares.storage().close();
  }

  /** The mean of squared differences, or of so many fewer elements. */
  Variable variance(double correction) {
    return Div.of(squares, Math.max(0, count - correction));
  }

  private static KernelTask.Builder kernel(String entry, DType dtype, int width) {
    return KernelTask.of(OP, ProgramSource.ofFile(FILE, dtype, width), entry);
  }

  private static Variable scratch(Variable like, Shape shape) {
    return new Variable(
        like.scheduler().newStorage(OP, like.dtype(), shape), Layout.contiguous(shape));
  }
}
