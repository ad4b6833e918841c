package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** logsumexp: y = log Σ e^x over dimensions, without overflow; dx = dy e^(x - y). */
public final class LogSumExp extends CompositeOp {
  private static final LogSumExp OP = new LogSumExp();

  private LogSumExp() {
    super("logsumexp");
  }

  /**
   * The logarithm of the sum of e^x over dimensions; -infinity of no elements.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1
   * @throws dev.clgrad.ShapeException if a dimension is out of range or named twice
   * @throws DTypeException for integers and bool
   */
  public static Variable of(Variable x, int[] dims, boolean keepdim) {
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          "logsumexp: takes floating-point numbers, not "
              + x.dtype()
              + "; convert with to(DType.FLOAT32)");
    }
    if (Widened.isNeeded(x)) {
      return Widened.through(x, wide -> of(wide, dims, keepdim));
    }
    int[] over = Dims.of(OP.name(), x.shape(), dims);
    Shape kept = Reduction.keptShape(x.shape(), over);
    Variable y = forward(x.detach(), over);
    Variable result = keepdim ? y : Reshape.of(y, Reduction.droppedShape(x.shape(), over)).detach();
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(result),
        List.of(x, result),
        c -> {
          Variable share = Exp.of(Sub.of(c.saved(0), Reshape.of(c.saved(1), kept)));
          return new @Nullable Variable[] {Mul.of(Reshape.of(c.dy(), kept), share)};
        });
    return result;
  }

  private static Variable forward(Variable x, int[] dims) {
    Shape kept = Reduction.keptShape(x.shape(), dims);
    if (x.shape().numel() == 0) {
      return Fill.of(x.scheduler(), x.dtype(), kept, Double.NEGATIVE_INFINITY);
    }
    Variable top = Amax.forward(x, dims, true);
    // Nothing is subtracted from infinities: they would become NaN.
    Variable shift = Where.of(Lt.of(Abs.of(top), Double.POSITIVE_INFINITY), top, 0);
    return Add.of(Log.of(Sum.of(Exp.of(Sub.of(x, shift)), dims, true)), shift);
  }
}
