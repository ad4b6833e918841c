package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.schedule.ScalarTwin;
import dev.clgrad.tape.Variable;
import java.util.List;

/**
 * A comparison of two arguments, broadcast against each other, in the type they promote to. Its
 * kernel file {@code pointwise/NAME.cl} holds {@code NAME_forward(a, b)}; there is no gradient.
 */
abstract class ComparisonOp extends Op {
  private final PointwiseFunction forward;
  private final PointwiseFunction scalarForward;

  ComparisonOp(String name) {
    super(name);
    this.forward = PointwiseFunction.mask(kernelFile(), name + "_forward", 2, 0, this::twin);
    this.scalarForward =
        PointwiseFunction.mask(kernelFile(), name + "_forward", 1, 1, new ScalarTwin(this::twin));
  }

  @Override
  public final String kernelFile() {
    return "pointwise/" + name() + ".cl";
  }

  /** y = 1 where it holds, else 0. */
  abstract void compare(float[] a, float[] b, byte[] y, int n);

  /** y = 1 where it holds, else 0. */
  abstract void compare(double[] a, double[] b, byte[] y, int n);

  /** y = 1 where it holds, else 0. */
  abstract void compare(long[] a, long[] b, byte[] y, int n);

  final Variable apply(Variable a, Variable b) {
    return Pointwise.apply(name(), forward, number(Pointwise.promoted(a, b)), List.of(a, b));
  }

  final Variable apply(Variable a, Number b) {
    DType dtype = a.dtype().promoteScalar(Pointwise.isFloating(b));
    return Pointwise.apply(name(), scalarForward, dtype, List.of(a), b);
  }

  /** Two bools are compared as the numbers 0 and 1. */
  private static DType number(DType dtype) {
    return dtype == DType.BOOL ? DType.UINT8 : dtype;
  }

  private void twin(Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    byte[] y = (byte[]) out;
    switch (dtype) {
      case FLOAT32 -> compare((float[]) in[0], (float[]) in[1], y, n);
      case FLOAT64 -> compare((double[]) in[0], (double[]) in[1], y, n);
      default -> compare((long[]) in[0], (long[]) in[1], y, n);
    }
  }
}
