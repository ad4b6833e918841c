package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    if (shape.numel() != x.shape().numel()) {
      throw new ShapeException(
          "reshape: shape "
              + x.shape()
              + " has "
              + x.shape().numel()
              + " elements and "
              + shape
              + " has "
              + shape.numel()
              + "; the numbers must be equal");
    }
    Layout layout = x.layout().reshape(shape);
    if (layout == null) {
      return of(Cast.copy(x), shape);
    }
    Variable y = new Variable(x.storage(), layout);
    Shape before = x.shape();
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {of(c.dy(), before)});
    return y;
  }
}
