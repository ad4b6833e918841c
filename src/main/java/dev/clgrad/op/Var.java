package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * var: y = Σ (x - mean)² / (n - correction) over dimensions; dx = 2 dy (x - mean) / (n -
 * correction).
 */
public final class Var extends KernelOp {
  private static final Var OP = new Var();

  private Var() {
    super("var", "reduce/var.cl");
  }

  /** A variance and the mean it is around. */
  public record Result(Variable variance, Variable mean) {}

  /**
   * The variance over dimensions; NaN where there are no more elements than the correction.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param correction what is taken from the number of elements: 1 for the unbiased estimate
   * @param keepdim whether they stay with size 1
   * @throws dev.clgrad.ShapeException if a dimension is out of range or named twice
   * @throws DTypeException for integers and bool
   */
  public static Variable of(Variable x, int[] dims, double correction, boolean keepdim) {
    return withMean(OP.name(), OP.nodeName(), x, dims, correction, keepdim, false).variance();
  }

  /**
   * Variance and mean, recorded.
   *
   * @param op whose errors and whose node these are
   */
  static Result withMean(
      String op,
      String node,
      Variable x,
      int[] dims,
      double correction,
      boolean keepdim,
      boolean wantsMean) {
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          op
              + ": takes floating-point numbers, not "
              + x.dtype()
              + "; convert with to(DType.FLOAT32)");
    }
    if (Widened.isNeeded(x)) {
      Result wide = withMean(op, node, Widened.in(x), dims, correction, keepdim, wantsMean);
      Variable mean = wantsMean ? Cast.to(wide.mean(), x.dtype()) : wide.mean();
      return new Result(Cast.to(wide.variance(), x.dtype()), mean);
    }
    int[] over = Dims.of(op, x.shape(), dims);
    Moments moments = Moments.of(x.detach(), over);
    Shape kept = Reduction.keptShape(x.shape(), over);
    Shape shape = keepdim ? kept : Reduction.droppedShape(x.shape(), over);
    Layout layout = Layout.contiguous(shape);
    Variable around = moments.mean();
    Variable variance = new Variable(moments.variance(correction).storage(), layout);
    Variable mean = new Variable(around.storage(), layout);
    double divisor = Math.max(0, moments.count() - correction);
    Node.record(
        node,
        List.of(x),
        List.of(variance),
        List.of(x, around),
        c -> {
          Variable from = c.saved(0);
          Variable center = c.createGraph() ? Mean.of(from, over, true) : c.saved(1);
          Variable scale = Mul.of(Reshape.of(c.dy(), kept), 2 / divisor);
          return new @Nullable Variable[] {Mul.of(Sub.of(from, center), scale)};
        });
    moments.squares().storage().close();
    if (!wantsMean) {
      mean.storage().close();
      return new Result(variance, mean);
    }
    Shape before = x.shape();
    long count = moments.count();
    Node.record(
        node,
        List.of(x),
        List.of(mean),
        List.of(),
        c -> new @Nullable Variable[] {Expand.of(Reshape.of(Div.of(c.dy(), count), kept), before)});
    return new Result(variance, mean);
  }
}
