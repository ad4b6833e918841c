package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/**
 * The sizes of a pooling from x to y, in two dimensions: the first is 1 where there is one.
 *
 * @param op the operation's name, for messages
 * @param planes batches times channels
 */
record PoolShape(String op, Shape x, Shape y, long planes, Dim[] dims) {
  /**
   * One dimension: window p holds the places p stride - padding + k dilation for k below the
   * kernel; a kernel of 0 stands for adaptive pooling.
   */
  record Dim(long in, long out, long kernel, long stride, long padding, long dilation) {
    private static final Dim ONE = new Dim(1, 1, 1, 1, 0, 1);

    static Dim read(TwinCall call, int at) {
      return new Dim(
          call.integer(at),
          call.integer(at + 1),
          call.integer(at + 2),
          call.integer(at + 3),
          call.integer(at + 4),
          call.integer(at + 5));
    }

    /** The first place of a window, which may be outside. */
    int begin(long p) {
      return (int) (kernel == 0 ? p * in / out : p * stride - padding);
    }

    /** How many places a window has, outside ones included. */
    int count(long p) {
      return (int) (kernel == 0 ? ((p + 1) * in + out - 1) / out - p * in / out : kernel);
    }

    /** Behind the last place of a window, at most where the padding ends. */
    int end(long p) {
      return (int) Math.min(begin(p) + (long) count(p), in + padding);
    }

    /** The first window that may hold a place. */
    int firstWindow(long q) {
      if (kernel == 0) {
        return (int) (q * out / in);
      }
      long reach = dilation * (kernel - 1);
      return (int) (q + padding < reach ? 0 : (q + padding - reach + stride - 1) / stride);
    }

    /** The last window that may hold a place. */
    int lastWindow(long q) {
      long last = kernel == 0 ? ((q + 1) * out - 1) / in : (q + padding) / stride;
      return (int) Math.min(out - 1, last);
    }
  }

  /** How many parameters {@link #addTo} adds. */
  static final int PARAMETERS = 13;

  /** Windows of one size over the last {@code dims} dimensions of x. */
  static PoolShape of(String op, int dims, Variable x, PoolSettings settings) {
    check(op, dims, x);
    long[] kernel = ConvolutionSettings.each(op, "kernel size", settings.kernel(), dims, 1);
    long[] stride =
        settings.stride().length == 0
            ? kernel
            : ConvolutionSettings.each(op, "stride", settings.stride(), dims, 1);
    long[] padding = ConvolutionSettings.each(op, "padding", settings.padding(), dims, 0);
    long[] dilation = ConvolutionSettings.each(op, "dilation", settings.dilation(), dims, 1);
    long[] sizes = x.shape().toArray();
    Dim[] all = {Dim.ONE, Dim.ONE};
    for (int d = 0; d < dims; d++) {
      if (padding[d] > kernel[d] / 2) {
        throw new ShapeException(
            op
                + ": padding "
                + Arrays.toString(padding)
                + " is more than half of the kernel size "
                + Arrays.toString(kernel)
                + "; pad less, or pad the input before");
      }
      int at = x.rank() - dims + d;
      long in = sizes[at];
      long rest = in + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1;
      long out = Math.floorDiv(rest + (settings.ceilMode() ? stride[d] - 1 : 0), stride[d]) + 1;
      if (settings.ceilMode() && (out - 1) * stride[d] >= in + padding[d]) {
        out--;
      }
      if (in < 1 || out < 1) {
        throw new ShapeException(
            op
                + ": no window of kernel size "
                + Arrays.toString(kernel)
                + " and dilation "
                + Arrays.toString(dilation)
                + " fits in dimension "
                + at
                + " of the input of shape "
                + x.shape()
                + " with padding "
                + Arrays.toString(padding)
                + "; use a smaller kernel or pad more");
      }
      sizes[at] = out;
      all[2 - dims + d] = new Dim(in, out, kernel[d], stride[d], padding[d], dilation[d]);
    }
    return new PoolShape(op, x.shape(), Shape.of(sizes), planes(x.shape(), dims), all);
  }

  /**
   * Windows that divide the last {@code dims} dimensions of x.
   *
   * @param size of the result, one number for all dimensions or one for each; -1 for that of x
   */
  static PoolShape adaptive(String op, int dims, Variable x, long[] size) {
    check(op, dims, x);
    long[] wanted = ConvolutionSettings.each(op, "output size", size, dims, -1);
    long[] sizes = x.shape().toArray();
    Dim[] all = {Dim.ONE, Dim.ONE};
    for (int d = 0; d < dims; d++) {
      int at = x.rank() - dims + d;
      long in = sizes[at];
      long out = wanted[d] == -1 ? in : wanted[d];
      if (in < 1) {
        throw new ShapeException(
            op
                + ": dimension "
                + at
                + " of the input of shape "
                + x.shape()
                + " has no elements to pool; give it at least one");
      }
      sizes[at] = out;
      all[2 - dims + d] = new Dim(in, out, 0, 1, 0, 1);
    }
    return new PoolShape(op, x.shape(), Shape.of(sizes), planes(x.shape(), dims), all);
  }

  private static long planes(Shape x, int dims) {
    long planes = 1;
    for (int d = 0; d < x.rank() - dims; d++) {
      planes *= x.size(d);
    }
    return planes;
  }

  private static void check(String op, int dims, Variable x) {
    if (x.rank() != dims + 1 && x.rank() != dims + 2) {
      throw new ShapeException(
          op
              + ": an input of shape "
              + x.shape()
              + "; expected [batch, channels, …] or [channels, …] with "
              + dims
              + (dims == 1 ? " size" : " sizes")
              + " in place of …; reshape or unsqueeze it");
    }
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          op
              + ": takes floating-point numbers, not "
              + x.dtype()
              + "; convert with to(DType.FLOAT32)");
    }
  }

  /** Adds the parameters of the kernels. */
  KernelTask.Builder addTo(KernelTask.Builder task) {
    task.i64(planes);
    for (Dim d : dims) {
      task.i64(d.in).i64(d.out).i64(d.kernel).i64(d.stride).i64(d.padding).i64(d.dilation);
    }
    return task;
  }
}
