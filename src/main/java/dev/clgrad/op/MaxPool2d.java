package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * max_pool2d: the largest element of each window and its index in its plane; dx = each dy added at
 * the index it came from. With one dimension, and with windows that divide the input, too.
 */
public final class MaxPool2d extends KernelOp {
  private static final MaxPool2d OP = new MaxPool2d();

  private MaxPool2d() {
    super("max_pool2d", "pool/max_pool2d.cl");
  }

  /**
   * The largest elements of windows.
   *
   * @param op the name for messages, such as {@code max_pool1d}
   * @param dims how many dimensions the window moves over, 1 or 2
   * @return values, and indices of int64
   * @throws ShapeException if shape and settings do not fit
   * @throws dev.clgrad.DTypeException if the numbers are not floating-point
   */
  public static List<Variable> of(String op, int dims, Variable x, PoolSettings settings) {
    if (settings.divisorOverride() != null || !settings.countIncludePad()) {
      throw new ShapeException(
          op + ": divisorOverride and countIncludePad are for average pooling; leave them out");
    }
    PoolShape shape = PoolShape.of(op, dims, x, settings);
    return widened(shape, x);
  }

  /**
   * The largest elements of windows that divide the input.
   *
   * @param size of the result; -1 for that of x
   * @return values, and indices of int64
   * @throws ShapeException if shape and size do not fit
   * @throws dev.clgrad.DTypeException if the numbers are not floating-point
   */
  public static List<Variable> adaptive(String op, int dims, Variable x, long[] size) {
    return widened(PoolShape.adaptive(op, dims, x, size), x);
  }

  private static List<Variable> widened(PoolShape shape, Variable x) {
    List<Variable> found = forward(shape, Widened.in(x));
    return List.of(Cast.to(found.get(0), x.dtype()), found.get(1));
  }

  private static List<Variable> forward(PoolShape shape, Variable x) {
    Variable y = ConvolutionProduct.scratch(shape.op(), x, shape.y());
    Variable indices =
        new Variable(
            x.scheduler().newStorage(shape.op(), DType.INT64, shape.y()),
            Layout.contiguous(shape.y()));
    Variable input = ConvolutionProduct.contiguous(x);
    KernelTask.Builder task = kernel(shape, x, "forward");
    task.in(input.value()).out(y.value()).out(indices.value());
    add(shape, task, y, shape.y(), MaxPool2d::forwardTwin);
    Reduction.release(input, x);
    Node.record(
        shape.dims()[0].kernel() == 0
            ? "AdaptiveMaxPool2DBackward0"
            : "MaxPool2DWithIndicesBackward0",
        List.of(x),
        List.of(y),
        List.of(indices),
        c -> new @Nullable Variable[] {backward(shape, c.dy(), c.saved(0))});
    return List.of(y, indices);
  }

  private static Variable backward(PoolShape shape, Variable dy, Variable indices) {
    Variable dx = linear(shape, "backward", dy, indices, shape.x(), MaxPool2d::backwardTwin);
    Node.record(
        "MaxPool2DWithIndicesBackwardBackward0",
        List.of(dy),
        List.of(dx),
        List.of(indices),
        c -> new @Nullable Variable[] {take(shape, c.dy(), c.saved(0))});
    return dx;
  }

  private static Variable take(PoolShape shape, Variable x, Variable indices) {
    Variable y = linear(shape, "take", x, indices, shape.y(), MaxPool2d::takeTwin);
    Node.record(
        "MaxPool2DWithIndicesBackward0",
        List.of(x),
        List.of(y),
        List.of(indices),
        c -> new @Nullable Variable[] {backward(shape, c.dy(), c.saved(0))});
    return y;
  }

  private static Variable linear(
      PoolShape shape, String entry, Variable from, Variable indices, Shape to, Twin twin) {
    Variable result = ConvolutionProduct.scratch(shape.op(), from, to);
    Variable input = ConvolutionProduct.contiguous(from);
    KernelTask.Builder task = kernel(shape, from, entry);
    task.in(input.value()).in(indices.value()).result(result.value(), 1);
    add(shape, task, result, to, twin);
    Reduction.release(input, from);
    return result;
  }

  private static KernelTask.Builder kernel(PoolShape shape, Variable x, String entry) {
    ProgramSource program = ProgramSource.ofFile(OP.kernelFile(), x.dtype(), 1);
    return KernelTask.of(shape.op(), program, "max_pool2d_" + entry);
  }

  private static void add(
      PoolShape shape, KernelTask.Builder task, Variable y, Shape result, Twin twin) {
    long[] global = KernelSizes.global(result.numel(), KernelSizes.ITEMS);
    KernelTask built = shape.addTo(task).build(global, KernelSizes.local(KernelSizes.ITEMS), twin);
    y.scheduler().add(built);
  }

  private static void forwardTwin(TwinCall call) {
    PoolTwin pool = PoolTwin.read(call, 3);
    long[] indices = call.longs(2);
    pool.outputs(
        (item, plane, p0, p1) -> {
          int at = call.offset(0) + plane * pool.inputPlane();
          int found = -1;
          double top = Double.NEGATIVE_INFINITY;
          for (int k0 = 0; k0 < pool.d0().count(p0); k0++) {
            int q0 = pool.d0().begin(p0) + k0 * (int) pool.d0().dilation();
            if (q0 < 0 || q0 >= pool.d0().in()) {
              continue;
            }
            for (int k1 = 0; k1 < pool.d1().count(p1); k1++) {
              int q1 = pool.d1().begin(p1) + k1 * (int) pool.d1().dilation();
              if (q1 < 0 || q1 >= pool.d1().in()) {
                continue;
              }
              int q = q0 * (int) pool.d1().in() + q1;
              double value = PoolTwin.get(call.array(0), at + q);
              if (found < 0 || value > top || Double.isNaN(value)) {
                top = value;
                found = q;
              }
            }
          }
          PoolTwin.put(call.array(1), call.offset(1) + item, top);
          indices[call.offset(2) + item] = found;
        });
  }

  private static void backwardTwin(TwinCall call) {
    PoolTwin pool = PoolTwin.read(call, 3);
    long[] indices = call.longs(1);
    boolean single = call.dtype(2) == DType.FLOAT32;
    pool.inputs(
        (item, plane, q0, q1) -> {
          double sum = 0;
          long q = q0 * pool.d1().in() + q1;
          for (int p0 = pool.d0().firstWindow(q0); p0 <= pool.d0().lastWindow(q0); p0++) {
            for (int p1 = pool.d1().firstWindow(q1); p1 <= pool.d1().lastWindow(q1); p1++) {
              int p = plane * pool.outputPlane() + p0 * (int) pool.d1().out() + p1;
              if (indices[call.offset(1) + p] == q) {
                sum += PoolTwin.get(call.array(0), call.offset(0) + p);
                sum = single ? (float) sum : sum;
              }
            }
          }
          PoolTwin.put(call.array(2), call.offset(2) + item, sum);
        });
  }

  private static void takeTwin(TwinCall call) {
    PoolTwin pool = PoolTwin.read(call, 3);
    long[] indices = call.longs(1);
    pool.outputs(
        (item, plane, p0, p1) -> {
          int q = (int) indices[call.offset(1) + item];
          int at = call.offset(0) + plane * pool.inputPlane() + q;
          double value = q < 0 ? 0 : PoolTwin.get(call.array(0), at);
          PoolTwin.put(call.array(2), call.offset(2) + item, value);
        });
  }
}
