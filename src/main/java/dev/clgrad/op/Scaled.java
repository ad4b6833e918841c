package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.schedule.StepScalar;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = a + alpha b in one step, for add and sub; da = dy, db = alpha dy. */
final class Scaled {
  private static final PointwiseFunction FORWARD =
      PointwiseFunction.real("pointwise/add.cl", "add_scaled_forward", 2, 1, Scaled::twin);

  private Scaled() {}

  static Variable of(String op, String nodeName, Variable a, Variable b, Number alpha) {
    DType dtype = type(op, a, b, alpha);
    Variable y = Pointwise.apply(op, FORWARD, dtype, List.of(a, b), alpha);
    Shape shapeA = a.shape();
    Shape shapeB = b.shape();
    DType typeA = a.dtype();
    DType typeB = b.dtype();
    Node.record(
        nodeName,
        List.of(a, b),
        List.of(y),
        List.of(),
        c ->
            new @Nullable Variable[] {
              c.needs(0) ? Broadcast.reduceTo(c.dy(), shapeA, typeA) : null,
              c.needs(1) ? Broadcast.reduceTo(Mul.of(c.dy(), alpha), shapeB, typeB) : null
            });
    return y;
  }

  static void into(String op, String nodeName, Variable a, Variable b, Number alpha) {
    DType dtype = type(op, a, b, alpha);
    Pointwise.checkStorable(op, a.dtype(), dtype);
    if (dtype == a.dtype()) {
      InPlace.write(
          op,
          a,
          (before, out) ->
              Pointwise.task(op, FORWARD, dtype, List.of(before, b.value()), out, alpha),
          () -> of(op, nodeName, a, b, alpha),
          b);
      return;
    }
    InPlace.compute(op, a, () -> of(op, nodeName, a, b, alpha), b);
  }

  /** Whether a factor is 1 and stays 1. */
  static boolean isOne(Number alpha) {
    return !(alpha instanceof StepScalar) && alpha.doubleValue() == 1;
  }

  private static DType type(String op, Variable a, Variable b, Number alpha) {
    DType dtype = Pointwise.promoted(a, b);
    if (dtype == DType.BOOL || (!dtype.isFloating() && Pointwise.isFloating(alpha))) {
      throw new DTypeException(
          op
              + ": alpha "
              + alpha
              + " cannot scale a tensor of "
              + dtype
              + "; use an integer for integers, or convert with to(DType)");
    }
    return dtype;
  }

  private static void twin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    switch (dtype) {
      case FLOAT32 -> {
        float[] a = (float[]) in[0];
        float[] b = (float[]) in[1];
        float[] y = (float[]) out;
        float alpha = scalars[0].floatValue();
        for (int i = 0; i < n; i++) {
          y[i] = a[i] + alpha * b[i];
        }
      }
      case FLOAT64 -> {
        double[] a = (double[]) in[0];
        double[] b = (double[]) in[1];
        double[] y = (double[]) out;
        double alpha = scalars[0].doubleValue();
        for (int i = 0; i < n; i++) {
          y[i] = a[i] + alpha * b[i];
        }
      }
      default -> {
        long[] a = (long[]) in[0];
        long[] b = (long[]) in[1];
        long[] y = (long[]) out;
        long alpha = scalars[0].longValue();
        for (int i = 0; i < n; i++) {
          y[i] = a[i] + alpha * b[i];
        }
      }
    }
  }
}
