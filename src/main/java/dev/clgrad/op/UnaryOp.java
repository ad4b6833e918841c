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
 * A pointwise operation of one argument. Its kernel file {@code pointwise/NAME.cl} holds {@code
 * NAME_forward(x)} and {@code NAME_backward(dy, s)}, where s is what backward reads: the input or
 * the output, or is left out.
 */
abstract class UnaryOp extends Op {
  /** What backward reads beside dy. */
  enum Saves {
    NOTHING,
    INPUT,
    OUTPUT
  }

  private final Saves saves;
  private final boolean integers;
  private final PointwiseFunction forward;
  private final PointwiseFunction backward;

  /**
   * A pointwise operation of one argument.
   *
   * @param saves what backward reads
   * @param integers whether integers stay integers, and bool is refused; otherwise they become
   *     float32
   */
  UnaryOp(String name, Saves saves, boolean integers) {
    super(name);
    this.saves = saves;
    this.integers = integers;
    this.forward =
        PointwiseFunction.real(kernelFile(), name + "_forward", 1, 0, this::forwardTwin)
            .withCost(cost());
    this.backward =
        PointwiseFunction.real(
            kernelFile(),
            name + "_backward",
            saves == Saves.NOTHING ? 1 : 2,
            0,
            this::backwardTwin);
  }

  @Override
  public final String kernelFile() {
    return "pointwise/" + name() + ".cl";
  }

  /** What an element costs: 1 for arithmetic, about 8 for an exponential. */
  int cost() {
    return 1;
  }

  /**
   * Whether backward has a kernel function of its own. One that is a product with another operation
   * has none: the schedule fuses both.
   */
  boolean hasBackwardKernel() {
    return true;
  }

  /** y = f(x). */
  abstract void forward(Lanes lanes, float[] x, float[] y, int n);

  /** y = f(x). */
  abstract void forward(Lanes lanes, double[] x, double[] y, int n);

  /** y = f(x) for integers; only where the operation keeps them. */
  void forward(long[] x, long[] y, int n) {
    throw new DTypeException(name() + " takes floating-point numbers");
  }

  /** dx from dy and what was saved; only where there is such a kernel function. */
  void backward(Lanes lanes, float[] dy, float[] s, float[] dx, int n) {
    throw new IllegalStateException(name() + " has no kernel function for backward");
  }

  /** dx from dy and what was saved; only where there is such a kernel function. */
  void backward(Lanes lanes, double[] dy, double[] s, double[] dx, int n) {
    throw new IllegalStateException(name() + " has no kernel function for backward");
  }

  /** dx in differentiable operations. */
  abstract Variable gradient(Variable dy, Variable s);

  final Variable apply(Variable x) {
    return apply(x, nodeName());
  }

  /** The operation under another name, as a special case of a more general one. */
  final Variable apply(Variable x, String nodeName) {
    if (integers && x.dtype() == DType.BOOL) {
      throw new DTypeException(
          name() + ": bool is not a number; convert it with to(DType) or use logical operations");
    }
    DType dtype = integers ? x.dtype() : Pointwise.floating(x.dtype());
    Variable y = Pointwise.apply(name(), forward, dtype, List.of(x));
    DType type = x.dtype();
    Node.record(
        nodeName,
        List.of(x),
        List.of(y),
        switch (saves) {
          case NOTHING -> List.of();
          case INPUT -> List.of(x);
          case OUTPUT -> List.of(y);
        },
        c -> {
          Variable dy = c.dy();
          Variable dx;
          if (saves == Saves.NOTHING) {
            dx = gradient(dy, dy);
          } else if (c.createGraph() || !hasBackwardKernel()) {
            dx = gradient(dy, c.saved(0));
          } else {
            dx = Pointwise.apply(name() + "_backward", backward, dtype, List.of(dy, c.saved(0)));
          }
          return new @Nullable Variable[] {Cast.to(dx, type)};
        });
    return y;
  }

  private void forwardTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    switch (dtype) {
      case FLOAT32 -> forward(lanes, (float[]) in[0], (float[]) out, n);
      case FLOAT64 -> forward(lanes, (double[]) in[0], (double[]) out, n);
      default -> forward((long[]) in[0], (long[]) out, n);
    }
  }

  private void backwardTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    if (dtype == DType.FLOAT32) {
      backward(lanes, (float[]) in[0], (float[]) in[in.length - 1], (float[]) out, n);
    } else {
      backward(lanes, (double[]) in[0], (double[]) in[in.length - 1], (double[]) out, n);
    }
  }
}
