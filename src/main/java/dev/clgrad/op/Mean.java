package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** mean: y = (Σ x) / n over dimensions, by the kernel of sum; dx = dy / n repeated over them. */
public final class Mean extends CompositeOp {
  private static final Mean OP = new Mean();

  private Mean() {
    super("mean");
  }

  /**
   * The mean over dimensions; NaN of no elements.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1
   * @throws dev.clgrad.ShapeException if a dimension is out of range or named twice
   * @throws DTypeException for integers and bool
   */
  public static Variable of(Variable x, int[] dims, boolean keepdim) {
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          "mean: a tensor of "
              + x.dtype()
              + " has no mean in its own type; convert it with to(DType.FLOAT32) first");
    }
    if (Widened.isNeeded(x)) {
      return Widened.through(x, wide -> of(wide, dims, keepdim));
    }
    int[] over = Dims.of(OP.name(), x.shape(), dims);
    Shape before = x.shape();
    Shape kept = Reduction.keptShape(before, over);
    long n = 1;
    for (int d : over) {
      n *= before.size(d);
    }
    long count = n;
    Variable y = Sum.forward(OP.name(), x.detach(), over, keepdim, count);
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {Expand.of(Reshape.of(Div.of(c.dy(), count), kept), before)});
    return y;
  }
}
