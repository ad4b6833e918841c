package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pointwise function of floating-point numbers with parameters: Java scalars that are launch
 * arguments and leave the type of the result to the tensor; integers become float32. Its kernel
 * file {@code pointwise/NAME.cl} holds {@code NAME_forward(x, p, …)} and {@code NAME_backward(dy,
 * s, p, …)}, where s is what backward reads: the input or the output.
 */
abstract class ParameterOp extends Op {
  /** What backward reads beside dy and the parameters. */
  enum Saves {
    INPUT,
    OUTPUT
  }

  private final Saves saves;
  private final PointwiseFunction forward;
  private final PointwiseFunction backward;

  /**
   * A pointwise function with parameters.
   *
   * @param parameters how many
   */
  ParameterOp(String name, Saves saves, int parameters) {
    super(name);
    this.saves = saves;
    this.forward =
        PointwiseFunction.real(kernelFile(), name + "_forward", 1, parameters, this::forwardTwin)
            .withCost(cost());
    this.backward =
        PointwiseFunction.real(kernelFile(), name + "_backward", 2, parameters, this::backwardTwin);
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

  /** y = f(x; p). */
  abstract void forward(Lanes lanes, float[] x, float[] p, float[] y, int n);

  /** y = f(x; p). */
  abstract void forward(Lanes lanes, double[] x, double[] p, double[] y, int n);

  /** dx from dy and what was saved; only where there is such a kernel function. */
  void backward(Lanes lanes, float[] dy, float[] s, float[] p, float[] dx, int n) {
    throw new IllegalStateException(name() + " has no kernel function for backward");
  }

  /** dx from dy and what was saved; only where there is such a kernel function. */
  void backward(Lanes lanes, double[] dy, double[] s, double[] p, double[] dx, int n) {
    throw new IllegalStateException(name() + " has no kernel function for backward");
  }

  /** dx in differentiable operations. */
  abstract Variable gradient(Variable dy, Variable s, Number... p);

  final Variable apply(Variable x, Number... p) {
    DType dtype = Pointwise.floating(x.dtype());
    Variable y = Pointwise.apply(name(), forward, dtype, List.of(x), p);
    DType type = x.dtype();
    Node.record(
        nodeName(),
        List.of(x),
        List.of(y),
        List.of(saves == Saves.INPUT ? x : y),
        c -> {
          Variable dy = c.dy();
          Variable s = c.saved(0);
          Variable dx =
              c.createGraph() || !hasBackwardKernel()
                  ? gradient(dy, s, p)
                  : Pointwise.apply(name() + "_backward", backward, dtype, List.of(dy, s), p);
          return new @Nullable Variable[] {Cast.to(dx, type)};
        });
    return y;
  }

  private void forwardTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    if (dtype == DType.FLOAT32) {
      forward(lanes, (float[]) in[0], floats(scalars), (float[]) out, n);
    } else {
      forward(lanes, (double[]) in[0], doubles(scalars), (double[]) out, n);
    }
  }

  private void backwardTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    if (dtype == DType.FLOAT32) {
      float[] p = floats(scalars);
      backward(lanes, (float[]) in[0], (float[]) in[1], p, (float[]) out, n);
    } else {
      double[] p = doubles(scalars);
      backward(lanes, (double[]) in[0], (double[]) in[1], p, (double[]) out, n);
    }
  }

  private static float[] floats(Number[] scalars) {
    float[] p = new float[scalars.length];
    for (int i = 0; i < p.length; i++) {
      p[i] = scalars[i].floatValue();
    }
    return p;
  }

  private static double[] doubles(Number[] scalars) {
    double[] p = new double[scalars.length];
    for (int i = 0; i < p.length; i++) {
      p[i] = scalars[i].doubleValue();
    }
    return p;
  }
}
