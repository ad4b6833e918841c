package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.tape.Variable;
import java.util.List;

/**
 * A yes-or-no question to each element, answered as bool. Its kernel file {@code pointwise/NAME.cl}
 * holds {@code NAME_forward(x)}; there is no gradient.
 */
abstract class PredicateOp extends Op {
  private final PointwiseFunction forward;

  PredicateOp(String name) {
    super(name);
    this.forward = PointwiseFunction.mask(kernelFile(), name + "_forward", 1, 0, this::twin);
  }

  @Override
  public final String kernelFile() {
    return "pointwise/" + name() + ".cl";
  }

  /** y = 1 where it holds, else 0. */
  abstract void test(float[] x, byte[] y, int n);

  /** y = 1 where it holds, else 0. */
  abstract void test(double[] x, byte[] y, int n);

  /** y = 1 where it holds, else 0. */
  abstract void test(long[] x, byte[] y, int n);

  final Variable apply(Variable x) {
    // A bool is asked as the number 0 or 1.
    DType dtype = x.dtype() == DType.BOOL ? DType.UINT8 : x.dtype();
    return Pointwise.apply(name(), forward, dtype, List.of(x));
  }

  private void twin(Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    byte[] y = (byte[]) out;
    switch (dtype) {
      case FLOAT32 -> test((float[]) in[0], y, n);
      case FLOAT64 -> test((double[]) in[0], y, n);
      default -> test((long[]) in[0], y, n);
    }
  }
}
