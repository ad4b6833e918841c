package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * amin: y = the smallest x over dimensions, NaN if one is NaN, by the kernels of amax; dx = dy
 * shared evenly among the x that equal y.
 */
public final class Amin extends CompositeOp {
  private static final Amin OP = new Amin();

  private Amin() {
    super("amin");
  }

  /**
   * The minimum over dimensions, in the dtype of x.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param keepdim whether they stay with size 1
   * @throws dev.clgrad.ShapeException if a dimension is out of range, named twice or has no
   *     elements
   */
  public static Variable of(Variable x, int[] dims, boolean keepdim) {
    int[] over = Dims.of(OP.name(), x.shape(), dims);
    ArgMax.checkNotEmpty(OP.name(), x, over);
    if (Widened.isNeeded(x)) {
      return Widened.through(x, wide -> of(wide, dims, keepdim));
    }
    Variable y = forward(x.detach(), over, keepdim);
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(x, y),
        c ->
            new @Nullable Variable[] {
              c.createGraph()
                  ? Amax.gradient(c.dy(), c.saved(0), c.saved(1), over)
                  : Amax.backward(c.dy(), c.saved(0), c.saved(1), over)
            });
    return y;
  }

  /** The minimum in the dtype of x, not recorded. */
  static Variable forward(Variable x, int[] dims, boolean keepdim) {
    Variable opposite = opposite(x);
    Variable top = Amax.forward(opposite, dims, keepdim);
    Variable y = Cast.to(opposite(top), x.dtype());
    opposite.storage().close();
    top.storage().close();
    return y;
  }

  /** What is largest where x is smallest; -1 - x for integers, as the lowest of them has no -x. */
  static Variable opposite(Variable x) {
    return x.dtype().isFloating() ? Neg.of(x) : Rsub.of(Cast.to(x, DType.INT64), -1);
  }
}
