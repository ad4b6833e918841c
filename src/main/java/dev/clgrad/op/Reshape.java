package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/**
 * reshape: the same elements in another shape, a view where strides allow it and a copy otherwise;
 * dx = dy in the shape of x.
 */
public final class Reshape extends ViewOp {
  private static final Reshape OP = new Reshape();

  private Reshape() {
    super("reshape");
  }

  @Override
  public String nodeName() {
    return "ViewBackward0";
  }

  /**
   * x in another shape.
   *
   * @throws ShapeException if the number of elements differs
   */
  public static Variable of(Variable x, Shape shape) {
    check(x.shape(), shape);
    Layout layout = x.layout().reshape(shape);
    if (layout == null) {
      return of(Cast.copy(x), shape);
    }
    Shape before = x.shape();
    return OP.view(x, layout, dy -> of(dy, before));
  }

  /**
   * x in another shape, one size of which may be -1 and is computed.
   *
   * @throws ShapeException if the number of elements differs, a size is below -1 or more than one
   *     is -1
   */
  public static Variable of(Variable x, long... sizes) {
    return of(x, sizes(x.shape(), sizes));
  }

  /** The shape that sizes mean for as many elements as another shape has. */
  static Shape sizes(Shape from, long... sizes) {
    long[] to = sizes.clone();
    int free = -1;
    long known = 1;
    for (int i = 0; i < to.length; i++) {
      if (to[i] < -1 || (to[i] == -1 && free >= 0)) {
        throw new ShapeException(
            "reshape: "
                + Arrays.toString(sizes)
                + " is no shape for "
                + from
                + (to[i] < -1 ? ": sizes must be at least 0, or -1" : ": only one size can be -1")
                + " to be computed");
      }
      if (to[i] == -1) {
        free = i;
      } else {
        known *= to[i];
      }
    }
    if (free >= 0) {
      long numel = from.numel();
      if (known == 0 || numel % known != 0) {
        throw new ShapeException(
            "reshape: no size in place of -1 makes "
                + Arrays.toString(sizes)
                + " a shape of the "
                + numel
                + " elements of "
                + from
                + "; give all sizes, or sizes whose product divides them");
      }
      to[free] = numel / known;
    }
    Shape shape = Shape.of(to);
    check(from, shape);
    return shape;
  }

  private static void check(Shape from, Shape to) {
    if (to.numel() != from.numel()) {
      throw new ShapeException(
          "reshape: shape "
              + from
              + " has "
              + from.numel()
              + " elements and "
              + to
              + " has "
              + to.numel()
              + "; the numbers must be equal");
    }
  }
}
