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
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * pad: elements added at, or taken from, the ends of dimensions. A constant is filled in around a
 * copy; what is repeated from inside is put there by a kernel, one dimension after another.
 */
public final class Pad extends KernelOp {
  private static final Pad OP = new Pad();

  /** What is repeated, in the order that the kernel counts from 1. */
  public enum Mode {
    /** The elements next to the end, mirrored at the last one. */
    REFLECT,
    /** The last element. */
    REPLICATE,
    /** The elements at the other end. */
    CIRCULAR
  }

  private Pad() {
    super("pad", "join/pad.cl");
  }

  /**
   * x with a value added around it.
   *
   * @param pad how many to add before and after, for the last dimension first; negative numbers
   *     take away
   * @throws ShapeException if the numbers do not fit the shape
   */
  public static Variable constant(Variable x, long[] pad, Number value) {
    check(x, pad);
    Variable y = Fill.of(x.scheduler(), x.dtype(), padded(x, pad), value);
    Variable inside = inner(x.detach(), pad, -1);
    x.scheduler()
        .writeInPlace(
            y.storage(),
            inner(y, pad, 1).layout(),
            Cast::copyTask,
            (before, out) -> Cast.copyTask(inside.value(), out));
    long[] back = Arrays.stream(pad).map(p -> -p).toArray();
    Node.record(
        "ConstantPadNdBackward0",
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {unpadded(c.dy(), back)});
    return y;
  }

  /** dy without what was added; zeros where something was taken away. */
  private static Variable unpadded(Variable dy, long[] back) {
    boolean onlyLess = Arrays.stream(back).allMatch(p -> p <= 0);
    return onlyLess ? inner(dy, back, -1) : constant(dy, back, 0);
  }

  /** The part between the ends: {@code sign · pad} elements off each, where that is positive. */
  private static Variable inner(Variable x, long[] pad, int sign) {
    Variable part = x;
    for (int i = 0; i < pad.length; i += 2) {
      int d = x.rank() - 1 - i / 2;
      long before = Math.max(0, sign * pad[i]);
      long after = Math.max(0, sign * pad[i + 1]);
      if (before + after > 0) {
        part = Slice.of(part, d, before, x.shape().size(d) - after, 1);
      }
    }
    return part;
  }

  private static Shape padded(Variable x, long[] pad) {
    long[] sizes = x.shape().toArray();
    for (int i = 0; i < pad.length; i += 2) {
      int d = x.rank() - 1 - i / 2;
      sizes[d] += pad[i] + pad[i + 1];
    }
    return Shape.of(sizes);
  }

  private static void check(Variable x, long[] pad) {
    if (pad.length % 2 != 0 || pad.length > 2 * x.rank()) {
      throw new ShapeException(
          "pad: "
              + Arrays.toString(pad)
              + " does not fit shape "
              + x.shape()
              + "; give two numbers, before and after, for each dimension from the last one on");
    }
    for (int i = 0; i < pad.length; i += 2) {
      int d = x.rank() - 1 - i / 2;
      long left = x.shape().size(d) + Math.min(pad[i], 0) + Math.min(pad[i + 1], 0);
      if (left < 0) {
        throw new ShapeException(
            "pad: "
                + Arrays.toString(pad)
                + " takes more from dimension "
                + d
                + " of shape "
                + x.shape()
                + " than there is");
      }
    }
  }

  /**
   * x with elements of its own repeated around it.
   *
   * @param pad how many to add before and after, for the last dimension first; negative numbers
   *     take away
   * @throws ShapeException if the numbers do not fit the shape or ask for more than there is
   */
  public static Variable of(Variable x, long[] pad, Mode mode) {
    check(x, pad);
    Variable y = inner(x, pad, -1);
    for (int i = 0; i < pad.length; i += 2) {
      int d = x.rank() - 1 - i / 2;
      long before = Math.max(0, pad[i]);
      long after = Math.max(0, pad[i + 1]);
      long n = y.shape().size(d);
      long most = mode == Mode.REFLECT ? n - 1 : mode == Mode.CIRCULAR ? n : Long.MAX_VALUE;
      if (Math.max(before, after) > most || (n == 0 && before + after > 0)) {
        throw new ShapeException(
            "pad: "
                + Arrays.toString(pad)
                + " asks for more than dimension "
                + d
                + " of shape "
                + x.shape()
                + " has to repeat; expected at most "
                + Math.max(n == 0 ? 0 : most, 0));
      }
      if (before + after > 0) {
        y = forward(y, d, before, n + before + after, mode);
      }
    }
    return y.storage() == x.storage() ? Cast.copy(y) : y;
  }

  private static Variable forward(Variable x, int d, long before, long m, Mode mode) {
    long n = x.shape().size(d);
    Variable y = run("pad_forward", x, d, n, m, before, mode, m);
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {backward(c.dy(), d, before, n, mode)});
    return y;
  }

  /** dx; linear in dy, so that its own gradient is the same padding again. */
  private static Variable backward(Variable dy, int d, long before, long n, Mode mode) {
    long m = dy.shape().size(d);
    Variable dx = run("pad_backward", dy, d, n, m, before, mode, n);
    Node.record(
        "PadBackward0Backward",
        List.of(dy),
        List.of(dx),
        List.of(),
        c -> new @Nullable Variable[] {forward(c.dy(), d, before, m, mode)});
    return dx;
  }

  private static Variable run(
      String entry, Variable x, int d, long n, long m, long before, Mode mode, long size) {
    Reduction r = Reduction.of(x, new int[] {d});
    long[] sizes = x.shape().toArray();
    sizes[d] = size;
    Shape shape = Shape.of(sizes);
    Variable y =
        new Variable(
            x.scheduler().newStorage(OP.name(), x.dtype(), shape), Layout.contiguous(shape));
    KernelTask.Builder task =
        KernelTask.of(OP.name(), ProgramSource.ofFile(OP.kernelFile(), x.dtype(), 1), entry);
    task.in(r.input().value()).out(y.value()).i64(shape.numel()).i64(n).i64(m).i64(r.inner());
    task.i64(before).i32(mode.ordinal() + 1);
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(shape.numel(), KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                entry.equals("pad_forward") ? Pad::forwardTwin : Pad::backwardTwin));
    Reduction.release(r.input(), x);
    return y;
  }

  /** Which element of the n inside stands at place k of the padded dimension. */
  private static int source(int k, int before, int n, int mode) {
    int j = k - before;
    if (j >= 0 && j < n) {
      return j;
    }
    return switch (mode) {
      case 1 -> j < 0 ? -j : 2 * (n - 1) - j;
      case 2 -> j < 0 ? 0 : n - 1;
      default -> j < 0 ? j + n : j - n;
    };
  }

  // The loop moves elements between arrays of one type, whichever it is.
  @SuppressWarnings("SuspiciousSystemArraycopy")
  private static void forwardTwin(TwinCall call) {
    int n = (int) call.integer(3);
    int m = (int) call.integer(4);
    int inner = (int) call.integer(5);
    int before = (int) call.integer(6);
    int mode = (int) call.integer(7);
    call.parallel(
        call.integer(2) / inner,
        Math.max(1, 16384 / inner),
        (begin, end) -> {
          for (int row = (int) begin; row < end; row++) {
            int from = row / m * n + source(row % m, before, n, mode);
            System.arraycopy(
                call.array(0),
                call.offset(0) + from * inner,
                call.array(1),
                call.offset(1) + row * inner,
                inner);
          }
        });
  }

  /** Adds to rows of zeros in the order of the padded places, as the kernel does. */
  private static void backwardTwin(TwinCall call) {
    int n = (int) call.integer(3);
    int m = (int) call.integer(4);
    int inner = (int) call.integer(5);
    int before = (int) call.integer(6);
    int mode = (int) call.integer(7);
    call.parallel(
        call.integer(2) / inner / Math.max(n, 1),
        Math.max(1, 16384 / Math.max(1, inner * m)),
        (begin, end) -> {
          for (int o = (int) begin; o < end; o++) {
            int to = call.offset(1) + o * n * inner;
            zero(call, to, n * inner);
            for (int k = 0; k < m; k++) {
              int from = call.offset(0) + (o * m + k) * inner;
              addRow(call, from, to + source(k, before, n, mode) * inner, inner);
            }
          }
        });
  }

  private static void zero(TwinCall call, int at, int length) {
    if (call.dtype(1) == DType.FLOAT32) {
      Arrays.fill(call.floats(1), at, at + length, 0);
    } else {
      Arrays.fill(call.doubles(1), at, at + length, 0);
    }
  }

  private static void addRow(TwinCall call, int from, int to, int length) {
    if (call.dtype(1) == DType.FLOAT32) {
      call.lanes().addInto(call.floats(1), to, call.floats(0), from, length);
    } else {
      call.lanes().addInto(call.doubles(1), to, call.doubles(0), from, length);
    }
  }
}
