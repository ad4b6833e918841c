package dev.clgrad.op;

import dev.clgrad.DTypeException;
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
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * interpolate: x at other sizes, each element the nearest of x or a mean of its neighbors in each
 * dimension; dx = each dy at the places it came from, with the same weights.
 *
 * <p>Both are linear and each is the other's gradient, so kernels and differentiable form are one.
 */
public final class Interpolate extends KernelOp {
  private static final Interpolate OP = new Interpolate();

  private static final List<String> LINEAR = List.of("linear", "bilinear", "trilinear");

  private Interpolate() {
    super("interpolate", "pool/interpolate.cl");
  }

  /** One dimension: place q of y falls on max(0, (q mul + add) / den) of x. */
  record Dim(long in, long out, long mul, long add, long den) {
    static final Dim ONE = new Dim(1, 1, 1, 0, 1);

    static Dim read(TwinCall call, int at) {
      return new Dim(
          call.integer(at),
          call.integer(at + 1),
          call.integer(at + 2),
          call.integer(at + 3),
          call.integer(at + 4));
    }

    long lower(long q) {
      return Math.min(Math.max(0, q * mul + add) / den, in - 1);
    }

    double part(long q, boolean single) {
      long rest = Math.max(0, q * mul + add) - lower(q) * den;
      return single ? (float) rest / (float) den : (double) rest / den;
    }

    long first(long p) {
      return p <= 1 || mul == 0 ? 0 : Math.max(0, ((p - 1) * den - add) / mul);
    }

    long last(long p) {
      return p >= in - 1 || mul == 0 ? out - 1 : Math.min(out - 1, ((p + 1) * den - add) / mul + 1);
    }
  }

  private record Problem(Shape x, Shape y, long planes, Dim[] dims, boolean nearest, String node) {}

  /**
   * x, of shape [batch, channels, …], at other sizes.
   *
   * @param size of the result, one number for all dimensions or one for each; null for the scale
   * @param scale factors of the sizes, likewise; null for the size
   * @param mode {@code nearest}, or {@code linear}, {@code bilinear}, {@code trilinear} for one to
   *     three dimensions
   * @param alignCorners whether the centers of the corners stay where they are
   * @throws ShapeException if shape, sizes and mode do not fit
   * @throws DTypeException if the numbers are not floating-point
   */
  public static Variable of(
      Variable x,
      long @Nullable [] size,
      double @Nullable [] scale,
      String mode,
      boolean alignCorners) {
    if (Widened.isNeeded(x)) {
      return Widened.through(x, wide -> of(wide, size, scale, mode, alignCorners));
    }
    int dims = x.rank() - 2;
    boolean nearest = mode.equals("nearest");
    int linear = LINEAR.indexOf(mode) + 1;
    if (!nearest && linear == 0) {
      throw new ShapeException(
          "interpolate: there is no mode \""
              + mode
              + "\"; expected nearest, linear, bilinear or trilinear");
    }
    if (dims < 1 || dims > 3 || (!nearest && linear != dims)) {
      throw new ShapeException(
          "interpolate: an input of shape "
              + x.shape()
              + " in mode "
              + mode
              + "; expected [batch, channels, …] with "
              + (nearest ? "1 to 3" : linear)
              + " sizes in place of …");
    }
    if (nearest && alignCorners) {
      throw new ShapeException(
          "interpolate: alignCorners is for linear modes; leave it out with nearest");
    }
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          "interpolate: takes floating-point numbers, not "
              + x.dtype()
              + "; convert with to(DType.FLOAT32)");
    }
    if ((size == null) == (scale == null)) {
      throw new ShapeException("interpolate: give either a size or scale factors");
    }
    long[] sizes = x.shape().toArray();
    Dim[] all = {Dim.ONE, Dim.ONE, Dim.ONE};
    for (int d = 0; d < dims; d++) {
      long in = sizes[2 + d];
      long out;
      long[] ratio;
      if (size != null) {
        out = ConvolutionSettings.each("interpolate", "size", size, dims, 1)[d];
        ratio = new long[] {in, out};
      } else {
        double factor = factor(scale, dims, d);
        out = (long) Math.floor(in * factor);
        ratio = ratio(1 / factor);
      }
      if (in < 1 || out < 1) {
        throw new ShapeException(
            "interpolate: dimension "
                + (2 + d)
                + " of the input of shape "
                + x.shape()
                + " would have size "
                + out
                + "; sizes must be at least 1 before and after");
      }
      sizes[2 + d] = out;
      all[3 - dims + d] = dim(in, out, ratio, nearest, alignCorners);
    }
    String node =
        "Upsample"
            + (nearest
                ? "Nearest"
                : mode.substring(0, 1).toUpperCase(Locale.ROOT) + mode.substring(1))
            + dims
            + "DBackward";
    Shape y = Shape.of(sizes);
    return forward(new Problem(x.shape(), y, sizes[0] * sizes[1], all, nearest, node), x);
  }

  private static Dim dim(long in, long out, long[] ratio, boolean nearest, boolean alignCorners) {
    if (nearest) {
      return new Dim(in, out, ratio[0], 0, ratio[1]);
    }
    if (alignCorners) {
      return out == 1 ? new Dim(in, out, 0, 0, 1) : new Dim(in, out, in - 1, 0, out - 1);
    }
    return new Dim(in, out, 2 * ratio[0], ratio[0] - ratio[1], 2 * ratio[1]);
  }

  private static double factor(double @Nullable [] scale, int dims, int d) {
    if (scale == null || (scale.length != 1 && scale.length != dims)) {
      throw new ShapeException(
          "interpolate: scale factors "
              + Arrays.toString(scale)
              + "; expected one, or one for each of the "
              + dims
              + " dimensions");
    }
    double factor = scale[scale.length == 1 ? 0 : d];
    if (!(factor > 0) || factor > 1e6) {
      throw new ShapeException(
          "interpolate: scale factor " + factor + "; expected a number above 0 and up to 1000000");
    }
    return factor;
  }

  /**
   * A number as a fraction, by its continued fraction: exactly where it is one of small numbers, as
   * scale factors are.
   */
  private static long[] ratio(double value) {
    long before = 1;
    long below = 0;
    long above = (long) Math.floor(value);
    long under = 1;
    double rest = value - above;
    while (Math.abs((double) above / under - value) > 1e-16 * value && rest > 1e-12) {
      double next = 1 / rest;
      long whole = (long) Math.floor(next);
      if (whole > (1L << 27) / under) {
        break;
      }
      long newAbove = whole * above + before;
      long newUnder = whole * under + below;
      before = above;
      below = under;
      above = newAbove;
      under = newUnder;
      rest = next - whole;
    }
    return new long[] {above, under};
  }

  private static Variable forward(Problem p, Variable x) {
    Variable y = linear(p, "forward", x, p.y, InterpolateTwin::forward);
    Node.record(
        p.node + "0",
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {backward(p, c.dy())});
    return y;
  }

  private static Variable backward(Problem p, Variable dy) {
    Variable dx = linear(p, "backward", dy, p.x, InterpolateTwin::backward);
    Node.record(
        p.node + "Backward0",
        List.of(dy),
        List.of(dx),
        List.of(),
        c -> new @Nullable Variable[] {forward(p, c.dy())});
    return dx;
  }

  private static Variable linear(Problem p, String entry, Variable from, Shape to, Twin twin) {
    Variable result = ConvolutionProduct.scratch(OP.name(), from, to);
    Variable input = ConvolutionProduct.contiguous(from);
    ProgramSource program = ProgramSource.ofFile(OP.kernelFile(), from.dtype(), 1);
    KernelTask.Builder task = KernelTask.of(OP.name(), program, "interpolate_" + entry);
    task.in(input.value()).result(result.value(), 1).i64(p.planes);
    for (Dim d : p.dims) {
      task.i64(d.in).i64(d.out).i64(d.mul).i64(d.add).i64(d.den);
    }
    task.i64(p.nearest ? 1 : 0);
    long[] global = KernelSizes.global(to.numel(), KernelSizes.ITEMS);
    from.scheduler().add(task.build(global, KernelSizes.local(KernelSizes.ITEMS), twin));
    Reduction.release(input, from);
    return result;
  }
}
