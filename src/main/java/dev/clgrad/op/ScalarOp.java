package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pointwise operation of a tensor and a Java scalar, which is a launch argument. Its kernel file
 * {@code pointwise/NAME.cl} holds {@code NAME_forward(x, s)} and {@code NAME_backward(dy, x, s)},
 * or {@code NAME_backward(dy)} where backward reads nothing else.
 */
abstract class ScalarOp extends Op {
  /** What backward reads beside dy. */
  enum Saves {
    NOTHING,
    INPUT
  }

  private final Saves saves;
  private final boolean integers;
  private final PointwiseFunction forward;
  private final PointwiseFunction backward;

  /**
   * A pointwise operation of a tensor and a scalar.
   *
   * @param integers whether integers stay integers; otherwise they become float32
   */
  ScalarOp(String name, Saves saves, boolean integers) {
    super(name);
    this.saves = saves;
    this.integers = integers;
    boolean reads = saves == Saves.INPUT;
    this.forward =
        PointwiseFunction.real(kernelFile(), name + "_forward", 1, 1, this::forwardTwin)
            .withCost(cost());
    this.backward =
        PointwiseFunction.real(
            kernelFile(), name + "_backward", reads ? 2 : 1, reads ? 1 : 0, this::backwardTwin);
  }

  @Override
  public final String kernelFile() {
    return "pointwise/" + name() + ".cl";
  }

  /** What an element costs: 1 for arithmetic, about 8 for an exponential. */
  int cost() {
    return 1;
  }

  /** y = f(x, s). */
  abstract void forward(Lanes lanes, float[] x, float s, float[] y, int n);

  /** y = f(x, s). */
  abstract void forward(Lanes lanes, double[] x, double s, double[] y, int n);

  /** y = f(x, s) for integers; only where the operation keeps them. */
  void forward(long[] x, long s, long[] y, int n) {
    throw new DTypeException(name() + " takes floating-point numbers");
  }

  /** dx; x is not there to be read where it is not saved. */
  abstract void backward(Lanes lanes, float[] dy, float[] x, float s, float[] dx, int n);

  /** dx; x is not there to be read where it is not saved. */
  abstract void backward(Lanes lanes, double[] dy, double[] x, double s, double[] dx, int n);

  /** dx in differentiable operations. */
  abstract Variable gradient(Variable dy, Variable x, Number s);

  final Variable apply(Variable x, Number s) {
    DType promoted = x.dtype().promoteScalar(Pointwise.isFloating(s));
    DType dtype = integers ? promoted : Pointwise.floating(promoted);
    Variable y = Pointwise.apply(name(), forward, dtype, List.of(x), s);
    DType type = x.dtype();
    boolean reads = saves == Saves.INPUT;
    Node.record(
        nodeName(),
        List.of(x),
        List.of(y),
        reads ? List.of(x) : List.of(),
        c -> {
          Variable dy = c.dy();
          Variable dx;
          if (!reads) {
            dx = gradient(dy, dy, s);
          } else if (c.createGraph()) {
            dx = gradient(dy, c.saved(0), s);
          } else {
            dx = Pointwise.apply(name() + "_backward", backward, dtype, List.of(dy, c.saved(0)), s);
          }
          return new @Nullable Variable[] {Cast.to(dx, type)};
        });
    return y;
  }

  private void forwardTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    Number s = scalars[0];
    switch (dtype) {
      case FLOAT32 -> forward(lanes, (float[]) in[0], s.floatValue(), (float[]) out, n);
      case FLOAT64 -> forward(lanes, (double[]) in[0], s.doubleValue(), (double[]) out, n);
      default -> forward((long[]) in[0], s.longValue(), (long[]) out, n);
    }
  }

  private void backwardTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    Number s = scalars.length == 0 ? 0 : scalars[0];
    Object x = in[in.length - 1];
    if (dtype == DType.FLOAT32) {
      backward(lanes, (float[]) in[0], (float[]) x, s.floatValue(), (float[]) out, n);
    } else {
      backward(lanes, (double[]) in[0], (double[]) x, s.doubleValue(), (double[]) out, n);
    }
  }
}
