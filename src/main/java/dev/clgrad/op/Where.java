package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.schedule.PointwiseFunction.Kind;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * where: y = a where a condition holds, else b; dy goes to the one chosen, and exactly 0 to the
 * other, whatever its value.
 */
public final class Where extends Op {
  private static final Where OP = new Where();

  private final PointwiseFunction forward =
      function("where_forward", List.of(Kind.MASK, Kind.REAL, Kind.REAL), Where::choose);
  private final PointwiseFunction backwardA =
      function("where_backward_a", List.of(Kind.MASK, Kind.REAL), Where::chooseOrZero);
  private final PointwiseFunction backwardB =
      function("where_backward_b", List.of(Kind.MASK, Kind.REAL), Where::zeroOrChoose);

  private Where() {
    super("where");
  }

  @Override
  public String kernelFile() {
    return "pointwise/where.cl";
  }

  private PointwiseFunction function(
      String name, List<Kind> inputs, dev.clgrad.schedule.PointwiseTwin twin) {
    return new PointwiseFunction(kernelFile(), name, inputs, 0, Kind.REAL, twin);
  }

  /**
   * a where the condition holds, else b, all broadcast.
   *
   * @throws DTypeException if the condition is not bool
   */
  public static Variable of(Variable condition, Variable a, Variable b) {
    if (condition.dtype() != DType.BOOL) {
      throw new DTypeException(
          "where: the condition is of "
              + condition.dtype()
              + " and must be of bool; compare it, as in ne(0), or convert it with to(DType.BOOL)");
    }
    DType dtype = Pointwise.promoted(a, b);
    Variable y = Pointwise.apply(OP.name(), OP.forward, dtype, List.of(condition, a, b));
    Shape shapeA = a.shape();
    Shape shapeB = b.shape();
    DType typeA = a.dtype();
    DType typeB = b.dtype();
    Node.record(
        OP.nodeName(),
        List.of(a, b),
        List.of(y),
        List.of(condition),
        c -> {
          Variable dy = c.dy();
          Variable chosen = c.saved(0);
          return new @Nullable Variable[] {
            c.needs(0)
                ? Broadcast.reduceTo(
                    c.createGraph() ? of(chosen, dy, 0) : backward(OP.backwardA, chosen, dy),
                    shapeA,
                    typeA)
                : null,
            c.needs(1)
                ? Broadcast.reduceTo(
                    c.createGraph() ? of(chosen, 0, dy) : backward(OP.backwardB, chosen, dy),
                    shapeB,
                    typeB)
                : null
          };
        });
    return y;
  }

  private static Variable backward(PointwiseFunction function, Variable condition, Variable dy) {
    return Pointwise.apply("where_backward", function, dy.dtype(), List.of(condition, dy));
  }

  /** a where the condition holds, else a Java scalar. */
  public static Variable of(Variable condition, Variable a, Number b) {
    return of(condition, a, scalarBeside(a, b));
  }

  /** A Java scalar where the condition holds, else b. */
  public static Variable of(Variable condition, Number a, Variable b) {
    return of(condition, scalarBeside(b, a), b);
  }

  private static Variable scalarBeside(Variable x, Number scalar) {
    DType dtype = x.dtype().promoteScalar(Pointwise.isFloating(scalar));
    return Fill.of(x.scheduler(), dtype, Shape.SCALAR, scalar);
  }

  private static void choose(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    byte[] condition = (byte[]) in[0];
    switch (dtype) {
      case FLOAT32 -> {
        float[] a = (float[]) in[1];
        float[] b = (float[]) in[2];
        float[] y = (float[]) out;
        for (int i = 0; i < n; i++) {
          y[i] = condition[i] != 0 ? a[i] : b[i];
        }
      }
      case FLOAT64 -> {
        double[] a = (double[]) in[1];
        double[] b = (double[]) in[2];
        double[] y = (double[]) out;
        for (int i = 0; i < n; i++) {
          y[i] = condition[i] != 0 ? a[i] : b[i];
        }
      }
      case BOOL -> {
        byte[] a = (byte[]) in[1];
        byte[] b = (byte[]) in[2];
        byte[] y = (byte[]) out;
        for (int i = 0; i < n; i++) {
          y[i] = condition[i] != 0 ? a[i] : b[i];
        }
      }
      default -> {
        long[] a = (long[]) in[1];
        long[] b = (long[]) in[2];
        long[] y = (long[]) out;
        for (int i = 0; i < n; i++) {
          y[i] = condition[i] != 0 ? a[i] : b[i];
        }
      }
    }
  }

  private static void chooseOrZero(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    choose(lanes, dtype, new Object[] {in[0], in[1], zeros(dtype, n)}, scalars, out, n);
  }

  private static void zeroOrChoose(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    choose(lanes, dtype, new Object[] {in[0], zeros(dtype, n), in[1]}, scalars, out, n);
  }

  private static Object zeros(DType dtype, int n) {
    return dtype == DType.FLOAT32 ? new float[n] : new double[n];
  }
}
