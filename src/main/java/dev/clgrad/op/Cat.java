package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * cat: tensors side by side along a dimension; each dx is a view of dy. {@value #INPUTS} tensors
 * are joined in one launch, more in groups of so many first.
 */
public final class Cat extends KernelOp {
  private static final Cat OP = new Cat();

  /** How many inputs the kernel takes. */
  private static final int INPUTS = 8;

  /** The elements that a work-item copies, as in the kernel file. */
  private static final long CHUNK = 4096;

  private Cat() {
    super("cat", "join/cat.cl");
  }

  /** An input as rows of neighboring elements. */
  private record Rows(Variable input, long stride, long length) {}

  /**
   * Tensors joined along a dimension, in the dtype that all of them promote to. Empty vectors fit
   * beside everything and are left out, as in PyTorch.
   *
   * @throws ShapeException if there is no tensor, no such dimension, or sizes differ in another
   *     dimension
   */
  public static Variable of(List<Variable> tensors, int dim) {
    if (tensors.isEmpty()) {
      throw new ShapeException("cat: there are no tensors; give at least one");
    }
    Variable first = tensors.get(0);
    DType dtype = first.dtype();
    for (Variable x : tensors) {
      Slice.requireDimension(OP.name(), x);
      dtype = DType.promote(dtype, x.dtype());
      first = isLeftOut(first) ? x : first;
    }
    if (dtype.isReduced()) {
      DType type = dtype;
      return Cast.to(
          of(tensors.stream().map(x -> Cast.to(x, type.arithmetic())).toList(), dim), type);
    }
    int d = first.shape().dim(OP.name(), dim);
    long total = 0;
    for (int i = 0; i < tensors.size(); i++) {
      Variable x = tensors.get(i);
      if (!isLeftOut(x)) {
        check(first, x, i, d);
        total += x.shape().size(d);
      }
    }
    long[] sizes = first.shape().toArray();
    sizes[d] = total;
    List<Variable> parts = new ArrayList<>();
    for (Variable x : tensors) {
      if (x.shape().numel() > 0) {
        parts.add(Cast.to(x.detach(), dtype));
      }
    }
    Variable y = joined(parts, d, Shape.of(sizes), first, dtype);
    release(parts, tensors);
    record(tensors, y, d);
    return y;
  }

  /** Gives back what was converted on the way. */
  private static void release(List<Variable> parts, List<Variable> tensors) {
    int at = 0;
    for (Variable x : tensors) {
      if (x.shape().numel() > 0) {
        Reduction.release(parts.get(at++), x);
      }
    }
  }

  private static boolean isLeftOut(Variable x) {
    return x.rank() == 1 && x.shape().numel() == 0;
  }

  private static void check(Variable first, Variable x, int i, int d) {
    boolean fits = x.rank() == first.rank();
    for (int other = 0; fits && other < x.rank(); other++) {
      fits = other == d || x.shape().size(other) == first.shape().size(other);
    }
    if (!fits) {
      throw new ShapeException(
          "cat: tensor "
              + i
              + " of shape "
              + x.shape()
              + " does not fit beside one of shape "
              + first.shape()
              + " along dimension "
              + d
              + "; all other sizes must be equal");
    }
  }

  private static void record(List<Variable> tensors, Variable y, int d) {
    int count = tensors.size();
    long[] lengths = new long[count];
    Shape[] shapes = new Shape[count];
    DType[] dtypes = new DType[count];
    for (int i = 0; i < count; i++) {
      shapes[i] = tensors.get(i).shape();
      dtypes[i] = tensors.get(i).dtype();
      lengths[i] = isLeftOut(tensors.get(i)) ? 0 : shapes[i].size(d);
    }
    Node.record(
        OP.nodeName(),
        tensors,
        List.of(y),
        List.of(),
        c -> {
          @Nullable Variable[] dx = new @Nullable Variable[count];
          long start = 0;
          for (int i = 0; i < count; i++) {
            if (c.needs(i)) {
              Variable part = Slice.of(c.dy(), d, start, start + lengths[i], 1);
              dx[i] = Cast.to(Reshape.of(part, shapes[i]), dtypes[i]);
            }
            start += lengths[i];
          }
          return dx;
        });
  }

  private static Variable joined(
      List<Variable> parts, int d, Shape shape, Variable like, DType dtype) {
    if (parts.isEmpty()) {
      return Fill.of(like.scheduler(), dtype, shape, 0);
    }
    List<Variable> level = parts;
    while (level.size() > INPUTS) {
      List<Variable> next = new ArrayList<>();
      for (int from = 0; from < level.size(); from += INPUTS) {
        List<Variable> group = level.subList(from, Math.min(from + INPUTS, level.size()));
        long[] sizes = shape.toArray();
        sizes[d] = group.stream().mapToLong(x -> x.shape().size(d)).sum();
        next.add(launch(group, d, output(like, Shape.of(sizes), dtype)));
      }
      if (level != parts) {
        level.forEach(x -> x.storage().close());
      }
      level = next;
    }
    Variable y = launch(level, d, output(like, shape, dtype));
    if (level != parts) {
      level.forEach(x -> x.storage().close());
    }
    return y;
  }

  private static Variable output(Variable like, Shape shape, DType dtype) {
    return new Variable(
        like.scheduler().newStorage(OP.name(), dtype, shape), Layout.contiguous(shape));
  }

  private static Variable launch(List<Variable> parts, int d, Variable y) {
    long outer = 1;
    for (int before = 0; before < d; before++) {
      outer *= y.shape().size(before);
    }
    long numel = y.shape().numel();
    long row = numel / outer;
    List<Rows> rows = new ArrayList<>();
    for (Variable x : parts) {
      rows.add(rows(x, outer));
    }
    boolean runs = KernelSizes.vectors(y);
    int width = runs ? y.scheduler().backend().limits().vectorWidth(y.dtype()) : 1;
    KernelTask.Builder task =
        KernelTask.of(
            OP.name(),
            ProgramSource.ofFile(OP.kernelFile(), y.dtype(), width),
            runs ? "cat_forward_runs" : "cat_forward");
    for (int k = 0; k < INPUTS; k++) {
      task.in(rows.get(Math.min(k, rows.size() - 1)).input().value());
    }
    task.out(y.value()).i64(numel).i64(row).i64(rows.size());
    long start = 0;
    for (int k = 0; k < INPUTS; k++) {
      task.i64(k < rows.size() ? rows.get(k).stride() : 0);
      task.i64(start);
      start += k < rows.size() ? rows.get(k).length() : 0;
    }
    long each = runs ? CHUNK : 1;
    int local = runs ? 1 : KernelSizes.ITEMS;
    y.scheduler()
        .add(
            task.build(
                KernelSizes.global((numel + each - 1) / each, local),
                KernelSizes.local(local),
                Cat::twin));
    for (int k = 0; k < rows.size(); k++) {
      Reduction.release(rows.get(k).input(), parts.get(k));
    }
    return y;
  }

  /** The rows of an input, copied only where they have gaps within. */
  private static Rows rows(Variable x, long outer) {
    long length = x.shape().numel() / outer;
    Layout layout = x.layout().reshape(Shape.of(outer, length));
    if (layout == null || (length > 1 && layout.stride(1) != 1)) {
      return new Rows(Cast.copy(x), length, length);
    }
    return new Rows(x, layout.stride(0), length);
  }

  // The loop moves elements between arrays of one type, whichever it is.
  @SuppressWarnings("SuspiciousSystemArraycopy")
  private static void twin(TwinCall call) {
    long row = call.integer(INPUTS + 2);
    int count = (int) call.integer(INPUTS + 3);
    int first = INPUTS + 4;
    call.parallel(
        call.integer(INPUTS + 1) / row * count,
        Math.max(1, 16384L * count / row),
        (begin, end) -> {
          for (long item = begin; item < end; item++) {
            int k = (int) (item % count);
            long o = item / count;
            long start = call.integer(first + 2 * k + 1);
            long stop = k + 1 < count ? call.integer(first + 2 * k + 3) : row;
            System.arraycopy(
                call.array(k),
                (int) (call.offset(k) + o * call.integer(first + 2 * k)),
                call.array(INPUTS),
                (int) (call.offset(INPUTS) + o * row + start),
                (int) (stop - start));
          }
        });
  }
}
