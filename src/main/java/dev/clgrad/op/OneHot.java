package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.IndexException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** one_hot: y = 1 at the class x and 0 elsewhere, along a new last dimension. No gradient. */
public final class OneHot extends KernelOp {
  private static final OneHot OP = new OneHot();

  private OneHot() {
    super("one_hot", "index/one_hot.cl");
  }

  /**
   * One-hot vectors of int64.
   *
   * @param classes the number of classes, or -1 for one more than the largest in x, which is read
   *     by the host for it
   * @throws DTypeException if x is not of int64
   * @throws ShapeException if there are no classes, or none to infer their number from
   * @throws IndexException if x is out of range: at once on the CPU, at the next read elsewhere
   */
  public static Variable of(Variable x, long classes) {
    if (x.dtype() != DType.INT64) {
      throw new DTypeException(
          "one_hot: classes must be of int64, not "
              + x.dtype()
              + "; convert them with to(DType.INT64)");
    }
    if (classes < 1 && classes != -1) {
      throw new ShapeException(
          "one_hot: the number of classes must be at least 1, or -1 to infer it, not " + classes);
    }
    long count = classes == -1 ? inferred(x) : classes;
    Variable in = x.layout().isContiguous() ? x : Cast.copy(x);
    long[] sizes = Arrays.copyOf(x.shape().toArray(), x.rank() + 1);
    sizes[x.rank()] = count;
    Shape shape = Shape.of(sizes);
    Variable y =
        new Variable(
            x.scheduler().newStorage(OP.name(), DType.INT64, shape), Layout.contiguous(shape));
    KernelTask.Builder task =
        KernelTask.of(
            OP.name(), ProgramSource.ofFile(OP.kernelFile(), DType.INT64, 1), "one_hot_forward");
    task.in(in.value()).out(y.value()).status(status(count)).i64(shape.numel()).i64(count);
    x.scheduler()
        .add(
            task.build(
                KernelSizes.global(shape.numel(), KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                OneHot::twin));
    return y;
  }

  private static long inferred(Variable x) {
    if (x.shape().numel() == 0) {
      throw new ShapeException(
          "one_hot: a tensor of shape "
              + x.shape()
              + " has no elements to infer the number of classes from; give it");
    }
    long[] largest = new long[1];
    x.scheduler().read(OP.name(), Amax.of(x.detach(), new int[0], false).value(), largest);
    // All being negative, one class remains to report them by.
    return Math.max(largest[0], 0) + 1;
  }

  private static Arg.Status status(long classes) {
    return new Arg.Status(
        value ->
            new IndexException(
                "one_hot: "
                    + value
                    + " is no class; expected values from 0 to "
                    + (classes - 1)
                    + ", or a larger number of classes"));
  }

  private static void twin(TwinCall call) {
    int classes = (int) call.integer(4);
    call.parallel(
        call.integer(3) / classes,
        Math.max(1, 16384 / classes),
        (begin, end) -> {
          for (int item = (int) begin; item < end; item++) {
            long found = call.longs(0)[call.offset(0) + item];
            if (found < 0 || found >= classes) {
              call.fail(2, found);
            }
            int to = call.offset(1) + item * classes;
            Arrays.fill(call.longs(1), to, to + classes, 0);
            call.longs(1)[to + (int) found] = 1;
          }
        });
  }
}
