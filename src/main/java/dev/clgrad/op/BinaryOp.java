package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.tape.Gradient;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pointwise operation of two arguments, broadcast against each other. Its kernel file {@code
 * pointwise/NAME.cl} holds {@code NAME_forward(a, b)}, {@code NAME_backward_a(dy, a, b)} and {@code
 * NAME_backward_b(dy, a, b)}.
 */
abstract class BinaryOp extends Op {
  private final boolean savesInputs;
  private final PointwiseFunction forward;
  private final PointwiseFunction backwardA;
  private final PointwiseFunction backwardB;
  private final PointwiseFunction scalarForward;
  private final PointwiseFunction scalarBackward;

  /**
   * A pointwise operation of two arguments.
   *
   * @param savesInputs whether backward reads a and b; where it does not, both paths use {@link
   *     #gradientA} and {@link #gradientB}, which must not read them either
   */
  BinaryOp(String name, boolean savesInputs) {
    super(name);
    this.savesInputs = savesInputs;
    this.forward = PointwiseFunction.real(kernelFile(), name + "_forward", 2, 0, this::forwardTwin);
    this.backwardA =
        PointwiseFunction.real(kernelFile(), name + "_backward_a", 3, 0, this::backwardATwin);
    this.backwardB =
        PointwiseFunction.real(kernelFile(), name + "_backward_b", 3, 0, this::backwardBTwin);
    this.scalarForward =
        PointwiseFunction.real(
            kernelFile(), name + "_forward", 1, 1, Pointwise.withScalar(this::forwardTwin));
    this.scalarBackward =
        PointwiseFunction.real(
            kernelFile(), name + "_backward_a", 2, 1, Pointwise.withScalar(this::backwardATwin));
  }

  @Override
  public final String kernelFile() {
    return "pointwise/" + name() + ".cl";
  }

  abstract void forward(Lanes lanes, float[] a, float[] b, float[] y, int n);

  abstract void forward(Lanes lanes, double[] a, double[] b, double[] y, int n);

  /** For integers; only where the operation takes them. */
  void forward(long[] a, long[] b, long[] y, int n) {
    throw new DTypeException(name() + " takes floating-point numbers");
  }

  abstract void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n);

  abstract void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n);

  abstract void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n);

  abstract void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n);

  /** da in differentiable operations, of the broadcast shape. */
  abstract Variable gradientA(Variable dy, Variable a, Variable b);

  /** db in differentiable operations, of the broadcast shape. */
  abstract Variable gradientB(Variable dy, Variable a, Variable b);

  /** The type of the operation on two variables. */
  DType type(Variable a, Variable b) {
    return Pointwise.promoted(a, b);
  }

  final Variable apply(Variable a, Variable b) {
    DType dtype = type(a, b);
    Variable y = Pointwise.apply(name(), forward, dtype, List.of(a, b));
    // The closure holds shapes and types, never a and b themselves: what is not saved must be free
    // to go.
    Shape shapeA = a.shape();
    Shape shapeB = b.shape();
    DType typeA = a.dtype();
    DType typeB = b.dtype();
    Node.record(
        nodeName(),
        List.of(a, b),
        List.of(y),
        savesInputs ? List.of(a, b) : List.of(),
        c ->
            new @Nullable Variable[] {
              c.needs(0) ? Broadcast.reduceTo(gradient(c, true, dtype), shapeA, typeA) : null,
              c.needs(1) ? Broadcast.reduceTo(gradient(c, false, dtype), shapeB, typeB) : null
            });
    return y;
  }

  /** The operation with a Java scalar as b: a launch argument, not code. */
  final Variable apply(Variable a, Number b) {
    DType dtype = a.dtype().promoteScalar(b instanceof Double || b instanceof Float);
    Variable y = Pointwise.apply(name(), scalarForward, dtype, List.of(a), b);
    DType typeA = a.dtype();
    Node.record(
        nodeName(),
        List.of(a),
        List.of(y),
        savesInputs ? List.of(a) : List.of(),
        c -> {
          Variable dy = c.dy();
          Variable da;
          if (!savesInputs) {
            da = gradientA(dy, dy, dy);
          } else if (c.createGraph()) {
            Variable constant = Fill.of(dy.scheduler(), dtype, Shape.SCALAR, b);
            da = gradientA(dy, c.saved(0), constant);
          } else {
            da =
                Pointwise.apply(
                    name() + "_backward", scalarBackward, dtype, List.of(dy, c.saved(0)), b);
          }
          return new @Nullable Variable[] {Cast.to(da, typeA)};
        });
    return y;
  }

  /** Overwrites a with the result for a Java scalar, in the type of a. */
  final void applyInPlace(Variable a, Number b) {
    checkStorable(a, a.dtype().promoteScalar(b instanceof Double || b instanceof Float));
    String op = name() + "_";
    InPlace.write(
        op,
        a,
        (before, out) -> Pointwise.task(op, scalarForward, a.dtype(), List.of(before), out, b));
  }

  /** Overwrites a with the result, in the type of a. */
  final void applyInPlace(Variable a, Variable b) {
    checkStorable(a, type(a, b));
    String op = name() + "_";
    InPlace.write(
        op,
        a,
        (before, out) -> Pointwise.task(op, forward, a.dtype(), List.of(before, b.value()), out));
  }

  private void checkStorable(Variable a, DType result) {
    if (Pointwise.weaker(a.dtype(), result)) {
      throw new DTypeException(
          name()
              + "_: the result is of "
              + result
              + " and cannot be stored in a tensor of "
              + a.dtype()
              + "; convert with to(DType) or use "
              + name());
    }
  }

  private Variable gradient(Gradient.Context c, boolean ofA, DType dtype) {
    Variable dy = c.dy();
    if (!savesInputs) {
      return ofA ? gradientA(dy, dy, dy) : gradientB(dy, dy, dy);
    }
    Variable a = c.saved(0);
    Variable b = c.saved(1);
    if (c.createGraph()) {
      return ofA ? gradientA(dy, a, b) : gradientB(dy, a, b);
    }
    return Pointwise.apply(
        name() + "_backward", ofA ? backwardA : backwardB, dtype, List.of(dy, a, b));
  }

  private void forwardTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    switch (dtype) {
      case FLOAT32 -> forward(lanes, (float[]) in[0], (float[]) in[1], (float[]) out, n);
      case FLOAT64 -> forward(lanes, (double[]) in[0], (double[]) in[1], (double[]) out, n);
      default -> forward((long[]) in[0], (long[]) in[1], (long[]) out, n);
    }
  }

  private void backwardATwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    if (dtype == DType.FLOAT32) {
      backwardA(lanes, (float[]) in[0], (float[]) in[1], (float[]) in[2], (float[]) out, n);
    } else {
      backwardA(lanes, (double[]) in[0], (double[]) in[1], (double[]) in[2], (double[]) out, n);
    }
  }

  private void backwardBTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    if (dtype == DType.FLOAT32) {
      backwardB(lanes, (float[]) in[0], (float[]) in[1], (float[]) in[2], (float[]) out, n);
    } else {
      backwardB(lanes, (double[]) in[0], (double[]) in[1], (double[]) in[2], (double[]) out, n);
    }
  }
}
