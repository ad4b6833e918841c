package dev.clgrad.op;

import dev.clgrad.IndexException;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * topk: the largest or smallest elements along a dimension, by the kernels of sort; dx = dy at the
 * places they came from.
 */
public final class TopK extends CompositeOp {
  private static final TopK OP = new TopK();

  private TopK() {
    super("topk");
  }

  /**
   * The k largest or smallest elements along a dimension, in order, and their indices, as int64;
   * the first of equal ones, NaN as the largest.
   *
   * @param dim the dimension; a negative one counts from the end
   * @throws dev.clgrad.ShapeException if there is no such dimension
   * @throws IndexException if it has no k elements
   */
  public static Sort.Result of(Variable x, long k, int dim, boolean largest) {
    int d = x.shape().dim(OP.name(), dim);
    long n = x.rank() == 0 ? 1 : x.shape().size(d);
    if (k < 0 || k > n) {
      throw new IndexException(
          "topk: k is "
              + k
              + " and dimension "
              + dim
              + " of shape "
              + x.shape()
              + " has "
              + n
              + " elements; k may be from 0 to that");
    }
    if (x.rank() == 0) {
      // As in PyTorch, a scalar stays one, whatever k.
      return Sort.of(x, dim, largest);
    }
    Sort.Result sorted = Sort.forward(x.detach(), d, largest);
    Variable values = Cast.copy(Narrow.of(sorted.values(), d, 0, k));
    Variable indices = Cast.copy(Narrow.of(sorted.indices(), d, 0, k));
    sorted.values().storage().close();
    sorted.indices().storage().close();
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(values),
        List.of(indices),
        c -> new @Nullable Variable[] {Gather.added(OP.name(), c.dy(), d, c.saved(0), n)});
    return new Sort.Result(values, indices);
  }
}
