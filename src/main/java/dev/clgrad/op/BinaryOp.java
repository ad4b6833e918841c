package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.schedule.PointwiseTwin;
import dev.clgrad.schedule.ScalarTwin;
import dev.clgrad.tape.Gradient;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pointwise operation of two arguments, broadcast against each other. Its kernel file {@code
 * pointwise/NAME.cl} holds {@code NAME_forward(a, b)}, {@code NAME_backward_a(dy, …)} and {@code
 * NAME_backward_b(dy, …)}, which take after dy those of a and b that they read.
 */
abstract class BinaryOp extends Op {
  /** What a gradient reads beside dy. */
  enum Reads {
    NOTHING,
    A,
    B,
    BOTH;

    boolean a() {
      return this == A || this == BOTH;
    }

    boolean b() {
      return this == B || this == BOTH;
    }
  }

  private final Reads readsForA;
  private final Reads readsForB;
  private final PointwiseFunction forward;
  private final PointwiseFunction backwardA;
  private final PointwiseFunction backwardB;
  private final PointwiseFunction scalarForward;
  private final PointwiseFunction scalarBackward;

  /**
   * A pointwise operation of two arguments. Backward keeps only what it reads for the arguments
   * that require gradients.
   *
   * @param readsForA what the gradient of a reads
   * @param readsForB what the gradient of b reads
   */
  BinaryOp(String name, Reads readsForA, Reads readsForB) {
    super(name);
    this.readsForA = readsForA;
    this.readsForB = readsForB;
    this.forward =
        PointwiseFunction.real(kernelFile(), name + "_forward", 2, 0, this::forwardTwin)
            .withCost(cost());
    this.scalarForward =
        PointwiseFunction.real(
                kernelFile(), name + "_forward", 1, 1, new ScalarTwin(this::forwardTwin))
            .withCost(cost());
    String a = name + "_backward_a";
    PointwiseTwin twinA = backwardTwin(readsForA, true);
    this.backwardA = PointwiseFunction.real(kernelFile(), a, inputs(readsForA), 0, twinA);
    this.scalarBackward =
        readsForA.b()
            ? PointwiseFunction.real(
                kernelFile(), a, inputs(readsForA) - 1, 1, new ScalarTwin(twinA))
            : backwardA;
    this.backwardB =
        PointwiseFunction.real(
            kernelFile(),
            name + "_backward_b",
            inputs(readsForB),
            0,
            backwardTwin(readsForB, false));
  }

  private static int inputs(Reads reads) {
    return 1 + (reads.a() ? 1 : 0) + (reads.b() ? 1 : 0);
  }

  @Override
  public final String kernelFile() {
    return "pointwise/" + name() + ".cl";
  }

  /** What an element costs: 1 for arithmetic, about 8 for an exponential. */
  int cost() {
    return 1;
  }

  abstract void forward(Lanes lanes, float[] a, float[] b, float[] y, int n);

  abstract void forward(Lanes lanes, double[] a, double[] b, double[] y, int n);

  /** For integers; only where the operation takes them. */
  void forward(long[] a, long[] b, long[] y, int n) {
    throw new DTypeException(name() + " takes floating-point numbers");
  }

  /** da; what it does not read is not there to be read. */
  abstract void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n);

  /** da; what it does not read is not there to be read. */
  abstract void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n);

  /** db; what it does not read is not there to be read. */
  abstract void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n);

  /** db; what it does not read is not there to be read. */
  abstract void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n);

  /** da in differentiable operations, of the broadcast shape. */
  abstract Variable gradientA(Variable dy, Variable a, Variable b);

  /** da in differentiable operations, where b is a Java scalar. */
  Variable gradientA(Variable dy, Variable a, Number b) {
    return gradientA(dy, a, Fill.of(dy.scheduler(), dy.dtype(), Shape.SCALAR, b));
  }

  /** db in differentiable operations, of the broadcast shape. */
  abstract Variable gradientB(Variable dy, Variable a, Variable b);

  /** The type of the result, from what the operands promote to. */
  DType type(DType promoted) {
    return promoted;
  }

  final Variable apply(Variable a, Variable b) {
    DType dtype = type(Pointwise.promoted(a, b));
    if (dtype == DType.BOOL) {
      return Cast.to(Pointwise.apply(name(), forward, DType.UINT8, List.of(a, b)), DType.BOOL);
    }
    Variable y = Pointwise.apply(name(), forward, dtype, List.of(a, b));
    boolean keepA =
        (a.isDifferentiated() && readsForA.a()) || (b.isDifferentiated() && readsForB.a());
    boolean keepB =
        (a.isDifferentiated() && readsForA.b()) || (b.isDifferentiated() && readsForB.b());
    List<Variable> saved = new ArrayList<>();
    if (keepA) {
      saved.add(a);
    }
    if (keepB) {
      saved.add(b);
    }
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
        saved,
        c -> {
          Variable dy = c.dy();
          Variable savedA = keepA ? c.saved(0) : dy;
          Variable savedB = keepB ? c.saved(keepA ? 1 : 0) : dy;
          return new @Nullable Variable[] {
            c.needs(0)
                ? Broadcast.reduceTo(gradient(c, true, savedA, savedB), shapeA, typeA)
                : null,
            c.needs(1)
                ? Broadcast.reduceTo(gradient(c, false, savedA, savedB), shapeB, typeB)
                : null
          };
        });
    return y;
  }

  private Variable gradient(Gradient.Context c, boolean ofA, Variable a, Variable b) {
    Variable dy = c.dy();
    Reads reads = ofA ? readsForA : readsForB;
    if (c.createGraph() || reads == Reads.NOTHING) {
      return ofA ? gradientA(dy, a, b) : gradientB(dy, a, b);
    }
    List<Variable> inputs = new ArrayList<>();
    inputs.add(dy);
    if (reads.a()) {
      inputs.add(a);
    }
    if (reads.b()) {
      inputs.add(b);
    }
    return Pointwise.apply(name() + "_backward", ofA ? backwardA : backwardB, dy.dtype(), inputs);
  }

  /** The operation with a Java scalar as b: a launch argument, not code. */
  final Variable apply(Variable a, Number b) {
    return apply(a, b, nodeName());
  }

  final Variable apply(Variable a, Number b, String nodeName) {
    DType dtype = type(a.dtype().promoteScalar(Pointwise.isFloating(b)));
    Variable y = Pointwise.apply(name(), scalarForward, dtype, List.of(a), b);
    DType typeA = a.dtype();
    Node.record(
        nodeName,
        List.of(a),
        List.of(y),
        readsForA.a() ? List.of(a) : List.of(),
        c -> {
          Variable dy = c.dy();
          Variable savedA = readsForA.a() ? c.saved(0) : dy;
          Variable da;
          if (readsForA == Reads.NOTHING) {
            da = gradientA(dy, dy, dy);
          } else if (c.createGraph()) {
            da = gradientA(dy, savedA, b);
          } else {
            List<Variable> inputs = readsForA.a() ? List.of(dy, savedA) : List.of(dy);
            String op = name() + "_backward";
            da =
                readsForA.b()
                    ? Pointwise.apply(op, scalarBackward, dtype, inputs, b)
                    : Pointwise.apply(op, scalarBackward, dtype, inputs);
          }
          return new @Nullable Variable[] {Cast.to(da, typeA)};
        });
    return y;
  }

  /** Overwrites a with the result for a Java scalar, in the type of a. */
  final void applyInPlace(Variable a, Number b) {
    DType dtype = type(a.dtype().promoteScalar(Pointwise.isFloating(b)));
    String op = name() + "_";
    Pointwise.checkStorable(op, a.dtype(), dtype);
    InPlace.write(
        op,
        a,
        (before, out) -> Pointwise.task(op, scalarForward, dtype, List.of(before), out, b),
        () -> apply(a, b));
  }

  /** Overwrites a with the result, in the type of a. */
  final void applyInPlace(Variable a, Variable b) {
    DType dtype = type(Pointwise.promoted(a, b));
    String op = name() + "_";
    Pointwise.checkStorable(op, a.dtype(), dtype);
    if (dtype == a.dtype() && dtype != DType.BOOL) {
      InPlace.write(
          op,
          a,
          (before, out) -> Pointwise.task(op, forward, dtype, List.of(before, b.value()), out),
          () -> apply(a, b),
          b);
      return;
    }
    // Computed in the wider type and then stored, as PyTorch does.
    InPlace.compute(op, a, () -> apply(a, b), b);
  }

  private void forwardTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    switch (dtype) {
      case FLOAT32 -> forward(lanes, (float[]) in[0], (float[]) in[1], (float[]) out, n);
      case FLOAT64 -> forward(lanes, (double[]) in[0], (double[]) in[1], (double[]) out, n);
      default -> forward((long[]) in[0], (long[]) in[1], (long[]) out, n);
    }
  }

  private PointwiseTwin backwardTwin(Reads reads, boolean ofA) {
    return (lanes, dtype, in, scalars, out, n) -> {
      Object a = reads.a() ? in[1] : in[0];
      Object b = reads.b() ? in[reads.a() ? 2 : 1] : in[0];
      if (dtype == DType.FLOAT32) {
        float[] dy = (float[]) in[0];
        if (ofA) {
          backwardA(lanes, dy, (float[]) a, (float[]) b, (float[]) out, n);
        } else {
          backwardB(lanes, dy, (float[]) a, (float[]) b, (float[]) out, n);
        }
      } else {
        double[] dy = (double[]) in[0];
        if (ofA) {
          backwardA(lanes, dy, (double[]) a, (double[]) b, (double[]) out, n);
        } else {
          backwardB(lanes, dy, (double[]) a, (double[]) b, (double[]) out, n);
        }
      }
    };
  }
}
