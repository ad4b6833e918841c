package dev.clgrad.op;

import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** std: y = √var over dimensions; the gradient for var is dy / (2 y), 0 where y is 0. */
public final class Std extends CompositeOp {
  private static final Std OP = new Std();

  private Std() {
    super("std");
  }

  /**
   * The standard deviation over dimensions; NaN where there are no more elements than the
   * correction.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param correction what is taken from the number of elements: 1 for the unbiased estimate
   * @param keepdim whether they stay with size 1
   * @throws dev.clgrad.ShapeException if a dimension is out of range or named twice
   * @throws dev.clgrad.DTypeException for integers and bool
   */
  public static Variable of(Variable x, int[] dims, double correction, boolean keepdim) {
    Variable variance =
        Var.withMean(OP.name(), "VarBackward0", x, dims, correction, keepdim, false).variance();
    Variable y = Sqrt.of(variance.detach());
    Node.record(
        OP.nodeName(),
        List.of(variance),
        List.of(y),
        List.of(y),
        c -> {
          Variable s = c.saved(0);
          return new @Nullable Variable[] {Where.of(Eq.of(s, 0), 0, Div.of(c.dy(), Mul.of(s, 2)))};
        });
    return y;
  }
}
