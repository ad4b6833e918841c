package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.schedule.ScalarTwin;
import dev.clgrad.tape.Variable;
import java.util.List;

/**
 * A pointwise operation on the bits of two arguments, broadcast against each other. Its kernel file
 * {@code pointwise/NAME.cl} holds {@code NAME_forward(a, b)} for integers; there is no gradient.
 */
abstract class BitwiseOp extends Op {
  /** A shift by this many places moves out every bit of every type. */
  private static final long ALL_PLACES = 64;

  private final boolean bools;
  private final PointwiseFunction forward;
  private final PointwiseFunction scalarForward;

  /**
   * An operation on bits.
   *
   * @param bools whether it takes bools too, as single bits; else it is a shift
   */
  BitwiseOp(String name, boolean bools) {
    super(name);
    this.bools = bools;
    this.forward = PointwiseFunction.real(kernelFile(), name + "_forward", 2, 0, this::twin);
    this.scalarForward =
        PointwiseFunction.real(kernelFile(), name + "_forward", 1, 1, new ScalarTwin(this::twin));
  }

  @Override
  public final String kernelFile() {
    return "pointwise/" + name() + ".cl";
  }

  /** y from integers of any type, in as many bits as a long has. */
  abstract void forward(long[] a, long[] b, long[] y, int n);

  final Variable apply(Variable a, Variable b) {
    DType dtype = checked(Pointwise.promoted(a, b));
    if (dtype == DType.BOOL) {
      return Cast.to(Pointwise.apply(name(), forward, DType.UINT8, List.of(a, b)), DType.BOOL);
    }
    return Pointwise.apply(name(), forward, dtype, List.of(a, b));
  }

  final Variable apply(Variable a, Number b) {
    DType dtype = checked(a.dtype().promoteScalar(Pointwise.isFloating(b)));
    // A number of places must not become another one in a narrow type.
    Number scalar = bools ? b : (Number) Math.max(-1, Math.min(b.longValue(), ALL_PLACES));
    return Pointwise.apply(name(), scalarForward, dtype, List.of(a), scalar);
  }

  private DType checked(DType dtype) {
    if (dtype.isFloating() || (dtype == DType.BOOL && !bools)) {
      throw new DTypeException(
          name()
              + ": takes integers"
              + (bools ? " and bool" : "")
              + ", not "
              + dtype
              + "; convert with to(DType)");
    }
    return dtype;
  }

  private void twin(Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    forward((long[]) in[0], (long[]) in[1], (long[]) out, n);
  }
}
