package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** expand: dimensions of size 1 repeated without copying; dx = dy summed over them. */
public final class Expand extends ViewOp {
  private static final Expand OP = new Expand();

  private Expand() {
    super("expand");
  }

  /**
   * x broadcast to a larger shape.
   *
   * @throws dev.clgrad.ShapeException if a size that is not 1 would have to change
   */
  public static Variable of(Variable x, Shape shape) {
    Shape before = x.shape();
    DType dtype = x.dtype();
    return OP.view(
        x, x.layout().expand(OP.name(), shape), dy -> Broadcast.reduceTo(dy, before, dtype));
  }

  /**
   * x broadcast to larger sizes, where -1 leaves a size as it is.
   *
   * @throws ShapeException if a size that is not 1 would have to change, or a new dimension has no
   *     size
   */
  public static Variable of(Variable x, long... sizes) {
    long[] to = sizes.clone();
    int lead = to.length - x.rank();
    for (int i = 0; i < to.length; i++) {
      if (to[i] == -1 && i >= lead && lead >= 0) {
        to[i] = x.shape().size(i - lead);
      } else if (to[i] < 0) {
        throw new ShapeException(
            "expand: size "
                + to[i]
                + " at dimension "
                + i
                + " of "
                + Arrays.toString(sizes)
                + " is not possible for shape "
                + x.shape()
                + "; -1 keeps the size of a dimension that is there, new ones need sizes");
      }
    }
    return of(x, Shape.of(to));
  }
}
