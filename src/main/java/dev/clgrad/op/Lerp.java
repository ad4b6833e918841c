package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.schedule.ScalarTwin;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * lerp: y = a + w (b - a), from the nearer end; da = (1 - w) dy, db = w dy, dw = dy (b - a), which
 * are made of other operations.
 */
public final class Lerp extends Op {
  private static final Lerp OP = new Lerp();

  private final PointwiseFunction forward =
      PointwiseFunction.real(kernelFile(), "lerp_forward", 3, 0, Lerp::twin);
  private final PointwiseFunction scalarForward =
      PointwiseFunction.real(kernelFile(), "lerp_forward", 2, 1, new ScalarTwin(Lerp::twin));

  private Lerp() {
    super("lerp");
  }

  @Override
  public String kernelFile() {
    return "pointwise/lerp.cl";
  }

  /**
   * What lies between a and b, broadcast.
   *
   * @param weight how far it is from a, 1 being at b
   * @throws DTypeException if they are not floating-point numbers
   */
  public static Variable of(Variable a, Variable b, Number weight) {
    DType dtype = checked(Pointwise.promoted(a, b));
    Variable y = Pointwise.apply(OP.name(), OP.scalarForward, dtype, List.of(a, b), weight);
    Shape shapeA = a.shape();
    Shape shapeB = b.shape();
    DType typeA = a.dtype();
    DType typeB = b.dtype();
    double rest = 1 - weight.doubleValue();
    Node.record(
        OP.nodeName(),
        List.of(a, b),
        List.of(y),
        List.of(),
        c ->
            new @Nullable Variable[] {
              c.needs(0) ? Broadcast.reduceTo(Mul.of(c.dy(), rest), shapeA, typeA) : null,
              c.needs(1) ? Broadcast.reduceTo(Mul.of(c.dy(), weight), shapeB, typeB) : null
            });
    return y;
  }

  /**
   * What lies between a and b, all broadcast.
   *
   * @param weight how far it is from a, 1 being at b
   * @throws DTypeException if they are not floating-point numbers
   */
  public static Variable of(Variable a, Variable b, Variable weight) {
    DType ends = Pointwise.promoted(a, b);
    DType dtype = checked(weight.rank() == 0 ? ends : DType.promote(ends, weight.dtype()));
    Variable y = Pointwise.apply(OP.name(), OP.forward, dtype, List.of(a, b, weight));
    Shape[] shapes = {a.shape(), b.shape(), weight.shape()};
    DType[] types = {a.dtype(), b.dtype(), weight.dtype()};
    Node.record(
        OP.nodeName(),
        List.of(a, b, weight),
        List.of(y),
        List.of(a, b, weight),
        c -> {
          Variable dy = c.dy();
          Variable w = c.saved(2);
          return new @Nullable Variable[] {
            c.needs(0) ? Broadcast.reduceTo(Mul.of(dy, Rsub.of(w, 1)), shapes[0], types[0]) : null,
            c.needs(1) ? Broadcast.reduceTo(Mul.of(dy, w), shapes[1], types[1]) : null,
            c.needs(2)
                ? Broadcast.reduceTo(
                    Mul.of(dy, Sub.of(c.saved(1), c.saved(0))), shapes[2], types[2])
                : null
          };
        });
    return y;
  }

  private static DType checked(DType dtype) {
    if (!dtype.isFloating()) {
      throw new DTypeException(
          "lerp: takes floating-point numbers, not " + dtype + "; convert with to(DType.FLOAT32)");
    }
    return dtype;
  }

  private static void twin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    if (dtype == DType.FLOAT32) {
      float[] a = (float[]) in[0];
      float[] b = (float[]) in[1];
      float[] w = (float[]) in[2];
      float[] y = (float[]) out;
      for (int i = 0; i < n; i++) {
        float apart = b[i] - a[i];
        y[i] = Math.abs(w[i]) < 0.5f ? a[i] + w[i] * apart : b[i] - apart * (1 - w[i]);
      }
    } else {
      double[] a = (double[]) in[0];
      double[] b = (double[]) in[1];
      double[] w = (double[]) in[2];
      double[] y = (double[]) out;
      for (int i = 0; i < n; i++) {
        double apart = b[i] - a[i];
        y[i] = Math.abs(w[i]) < 0.5 ? a[i] + w[i] * apart : b[i] - apart * (1 - w[i]);
      }
    }
  }
}
