package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The gradient of taking a part: zeros with the upstream gradient where the part was. */
public final class Embed {
  private Embed() {}

  /**
   * Zeros of a shape with x where a view of them looks; its own gradient is that view again.
   *
   * @param part the operation that takes the part, such as a slice; the shape it gives is that of x
   */
  static Variable of(Variable x, Shape shape, String node, UnaryOperator<Variable> part) {
    Variable y = Fill.of(x.scheduler(), x.dtype(), shape, 0);
    x.scheduler()
        .writeInPlace(
            y.storage(),
            part.apply(y).layout(),
            Cast::copyTask,
            (before, out) -> Cast.copyTask(x.value(), out));
    Node.record(
        node,
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {part.apply(c.dy())});
    return y;
  }

  /**
   * A copy of x with v where a view of it looks; the gradients are dy with zeros there, and that
   * view of dy.
   *
   * @param part the operation that takes the part
   */
  public static Variable replace(Variable x, Variable v, UnaryOperator<Variable> part) {
    Variable y = Cast.copy(x.detach());
    x.scheduler()
        .writeInPlace(
            y.storage(),
            part.apply(y).layout(),
            Cast::copyTask,
            (before, out) -> Cast.copyTask(v.value(), out));
    Shape shape = v.shape();
    Node.record(
        "SliceScatterBackward0",
        List.of(x, v),
        List.of(y),
        List.of(),
        c -> {
          Variable zeros = Fill.of(c.dy().scheduler(), c.dy().dtype(), shape, 0);
          return new @Nullable Variable[] {
            c.needs(0) ? replace(c.dy(), zeros, part) : null, c.needs(1) ? part.apply(c.dy()) : null
          };
        });
    return y;
  }
}
