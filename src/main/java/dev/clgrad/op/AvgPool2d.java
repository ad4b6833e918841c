package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * avg_pool2d: the mean of each window; dx = the sum of dy / divisor over the windows that hold the
 * place. With one dimension, and with windows that divide the input, too.
 *
 * <p>Both are linear and each is the other's gradient, so kernels and differentiable form are one.
 */
public final class AvgPool2d extends KernelOp {
  private static final AvgPool2d OP = new AvgPool2d();

  private AvgPool2d() {
    super("avg_pool2d", "pool/avg_pool2d.cl");
  }

  /** How a sum becomes a mean: the divisor, 0 for the places of the window, and which count. */
  private record Mean(PoolShape shape, long divisor, boolean withPadding) {
    String node() {
      return shape.dims()[1].kernel() == 0 ? "AdaptiveAvgPool2DBackward" : "AvgPool2DBackward";
    }
  }

  /**
   * The means of windows.
   *
   * @param op the name for messages, such as {@code avg_pool1d}
   * @param dims how many dimensions the window moves over, 1 or 2
   * @throws ShapeException if shape and settings do not fit
   * @throws dev.clgrad.DTypeException if the numbers are not floating-point
   */
  public static Variable of(String op, int dims, Variable x, PoolSettings settings) {
    if (Widened.isNeeded(x)) {
      return Widened.through(x, wide -> of(op, dims, wide, settings));
    }
    Long divisor = settings.divisorOverride();
    if (divisor != null && divisor == 0) {
      throw new ShapeException(
          op + ": divisorOverride is 0; give another number, or none for the size of the window");
    }
    if (Arrays.stream(settings.dilation()).anyMatch(d -> d != 1)) {
      throw new ShapeException(
          op
              + ": dilation "
              + Arrays.toString(settings.dilation())
              + " is for maximum pooling; leave it out");
    }
    PoolShape shape = PoolShape.of(op, dims, x, settings);
    return forward(new Mean(shape, divisor == null ? 0 : divisor, settings.countIncludePad()), x);
  }

  /**
   * The means of windows that divide the input.
   *
   * @param size of the result; -1 for that of x
   * @throws ShapeException if shape and size do not fit
   * @throws dev.clgrad.DTypeException if the numbers are not floating-point
   */
  public static Variable adaptive(String op, int dims, Variable x, long[] size) {
    if (Widened.isNeeded(x)) {
      return Widened.through(x, wide -> adaptive(op, dims, wide, size));
    }
    return forward(new Mean(PoolShape.adaptive(op, dims, x, size), 0, true), x);
  }

  private static Variable forward(Mean mean, Variable x) {
    Variable y = linear(mean, "forward", x, mean.shape.y(), AvgPool2d::forwardTwin);
    Node.record(
        mean.node() + "0",
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {backward(mean, c.dy())});
    return y;
  }

  private static Variable backward(Mean mean, Variable dy) {
    Variable dx = linear(mean, "backward", dy, mean.shape.x(), AvgPool2d::backwardTwin);
    Node.record(
        mean.node() + "Backward0",
        List.of(dy),
        List.of(dx),
        List.of(),
        c -> new @Nullable Variable[] {forward(mean, c.dy())});
    return dx;
  }

  private static Variable linear(Mean mean, String entry, Variable from, Shape to, Twin twin) {
    PoolShape shape = mean.shape;
    Variable result = ConvolutionProduct.scratch(shape.op(), from, to);
    Variable input = ConvolutionProduct.contiguous(from);
    ProgramSource program = ProgramSource.ofFile(OP.kernelFile(), from.dtype(), 1);
    KernelTask.Builder task = KernelTask.of(shape.op(), program, "avg_pool2d_" + entry);
    shape.addTo(task.in(input.value()).result(result.value(), 1));
    task.i64(mean.divisor).i64(mean.withPadding ? 1 : 0);
    long[] global = KernelSizes.global(to.numel(), KernelSizes.ITEMS);
    from.scheduler().add(task.build(global, KernelSizes.local(KernelSizes.ITEMS), twin));
    Reduction.release(input, from);
    return result;
  }

  private static double divisor(TwinCall call, PoolTwin pool, int p0, int p1) {
    int at = 2 + PoolShape.PARAMETERS;
    if (call.integer(at) != 0) {
      return call.integer(at);
    }
    return (double) size(call, pool.d0(), p0) * size(call, pool.d1(), p1);
  }

  private static int size(TwinCall call, PoolShape.Dim d, int p) {
    boolean withPadding = call.integer(3 + PoolShape.PARAMETERS) != 0;
    return withPadding ? d.end(p) - d.begin(p) : lastInside(d, p) - Math.max(d.begin(p), 0);
  }

  private static int lastInside(PoolShape.Dim d, int p) {
    return (int) Math.min(d.end(p), d.in());
  }

  private static void forwardTwin(TwinCall call) {
    PoolTwin pool = PoolTwin.read(call, 2);
    boolean single = call.dtype(1) == DType.FLOAT32;
    pool.outputs(
        (item, plane, p0, p1) -> {
          double sum = 0;
          for (int q0 = Math.max(pool.d0().begin(p0), 0); q0 < lastInside(pool.d0(), p0); q0++) {
            int line = call.offset(0) + plane * pool.inputPlane() + q0 * (int) pool.d1().in();
            int end = lastInside(pool.d1(), p1);
            for (int q1 = Math.max(pool.d1().begin(p1), 0); q1 < end; q1++) {
              sum += PoolTwin.get(call.array(0), line + q1);
              sum = single ? (float) sum : sum;
            }
          }
          double mean = sum / divisor(call, pool, p0, p1);
          PoolTwin.put(call.array(1), call.offset(1) + item, mean);
        });
  }

  private static void backwardTwin(TwinCall call) {
    PoolTwin pool = PoolTwin.read(call, 2);
    boolean single = call.dtype(1) == DType.FLOAT32;
    pool.inputs(
        (item, plane, q0, q1) -> {
          double sum = 0;
          for (int p0 = pool.d0().firstWindow(q0); p0 <= pool.d0().lastWindow(q0); p0++) {
            int line = call.offset(0) + plane * pool.outputPlane() + p0 * (int) pool.d1().out();
            for (int p1 = pool.d1().firstWindow(q1); p1 <= pool.d1().lastWindow(q1); p1++) {
              double part = PoolTwin.get(call.array(0), line + p1) / divisor(call, pool, p0, p1);
              sum = single ? (float) sum + (float) part : sum + part;
            }
          }
          PoolTwin.put(call.array(1), call.offset(1) + item, sum);
        });
  }
}
