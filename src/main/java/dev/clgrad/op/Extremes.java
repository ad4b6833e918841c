package dev.clgrad.op;

import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What max and min share: how their gradients go to the elements they chose. */
final class Extremes {
  private Extremes() {}

  /**
   * Records the largest or smallest of all elements: dx = dy shared evenly among the x that equal
   * y, or that are NaN where y is.
   */
  static void recordWhole(String node, Variable x, Variable y) {
    Node.record(
        node,
        List.of(x),
        List.of(y),
        List.of(x, y),
        c -> new @Nullable Variable[] {shared(c.dy(), c.saved(0), c.saved(1))});
  }

  private static Variable shared(Variable dy, Variable x, Variable y) {
    Variable chosen = Where.of(Ne.of(y, y), Ne.of(x, x), Eq.of(x, y));
    Variable count = Cast.to(Sum.of(chosen, new int[0], false), dy.dtype());
    return Where.of(chosen, Div.of(dy, count), 0);
  }

  /**
   * The elements that an index names along a dimension, one of each line: the gradient goes to
   * these alone.
   *
   * @param index with size 1 in that dimension
   */
  static Variable named(String node, Variable x, int dim, Variable index, boolean keepdim) {
    if (x.rank() == 0) {
      // The index is 0; a reshape would be shown as the operation.
      Variable y = Cast.copy(x.detach());
      Node.record(node, List.of(x), List.of(y), List.of(), c -> new @Nullable Variable[] {c.dy()});
      return y;
    }
    int[] dims = {dim};
    Variable y = Gather.forward(node, x.detach(), dim, index, node);
    Variable values =
        keepdim
            ? y
            : new Variable(y.storage(), Layout.contiguous(Reduction.droppedShape(x.shape(), dims)));
    long n = x.shape().size(dim);
    Node.record(
        node,
        List.of(x),
        List.of(values),
        List.of(index),
        c ->
            new @Nullable Variable[] {
              Gather.added(
                  node,
                  Reshape.of(c.dy(), Reduction.keptShape(c.saved(0).shape(), dims)),
                  dim,
                  c.saved(0),
                  n)
            });
    return values;
  }
}
