package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * cumprod: y[k] = Π x[j] over j &le; k along a dimension; dx[k] = (Π x[j] over j &lt; k) r[k] with
 * r[k] = dy[k] + x[k + 1] r[k + 1], exact where elements are 0.
 */
public final class Cumprod extends KernelOp {
  private static final Cumprod OP = new Cumprod();

  private Cumprod() {
    super("cumprod", "scan/cumprod.cl");
  }

  /**
   * The products of the elements up to each along a dimension.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param dtype what x is converted to first; null for its own, and int64 for integers and bool
   * @throws dev.clgrad.ShapeException if there is no such dimension
   */
  public static Variable of(Variable x, int dim, @Nullable DType dtype) {
    int d = x.shape().dim(OP.name(), dim);
    Variable in = Cast.to(x, dtype == null ? Scan.accumulated(x) : dtype);
    if (Widened.isNeeded(in)) {
      return Widened.through(in, wide -> of(wide, dim, null));
    }
    return x.rank() == 0
        ? Reshape.of(apply(Reshape.of(in, Shape.of(1)), 0), Shape.SCALAR)
        : apply(in, d);
  }

  private static Variable apply(Variable x, int dim) {
    Variable y = Recurrence.forward(x, null, dim, false, false);
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(x),
        c -> {
          Variable in = c.saved(0);
          Variable before = Recurrence.of(in, null, dim, true, false);
          Variable after = Recurrence.of(in, c.dy(), dim, true, true);
          return new @Nullable Variable[] {Mul.of(before, after)};
        });
    return y;
  }
}
