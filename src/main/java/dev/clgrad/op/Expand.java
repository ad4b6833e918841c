package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    Variable y = new Variable(x.storage(), x.layout().expand(OP.name(), shape));
    Shape before = x.shape();
    DType dtype = x.dtype();
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {Broadcast.reduceTo(c.dy(), before, dtype)});
    return y;
  }
}
