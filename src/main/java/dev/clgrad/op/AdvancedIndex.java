package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Indexing by tensors, with PyTorch's rules. The dimensions that index tensors stand for are
 * brought together and counted as one, in which the tensors, broadcast together, name places.
 */
public final class AdvancedIndex {
  /** The dimensions of x, those with an index side by side. */
  private final int[] order;

  /** Where in the order those with an index begin, and how many there are. */
  private final int first;

  private final int count;
  private final Shape shape;

  /** The shape the indices broadcast to. */
  private final Shape indexShape;

  private final Variable places;

  /**
   * Index tensors for a shape.
   *
   * @param indices for each dimension an index tensor, or null where all of it is meant
   */
  private AdvancedIndex(String op, Variable x, List<@Nullable Variable> indices) {
    int[] indexed = IntStream.range(0, x.rank()).filter(d -> indices.get(d) != null).toArray();
    count = indexed.length;
    boolean together = indexed[count - 1] - indexed[0] == count - 1;
    int[] rest = IntStream.range(0, x.rank()).filter(d -> indices.get(d) == null).toArray();
    first = together ? indexed[0] : 0;
    order = new int[x.rank()];
    System.arraycopy(rest, 0, order, 0, first);
    System.arraycopy(indexed, 0, order, first, count);
    System.arraycopy(rest, first, order, first + count, rest.length - first);
    shape = x.shape();
    indexShape = broadcast(op, indices);
    Variable linear = null;
    for (int d : indexed) {
      Variable index = indices.get(d);
      if (index != null) {
        Variable given = Expand.of(Cast.to(index.detach(), DType.INT64), indexShape);
        Variable contiguous = Scatter.contiguous(given);
        linear = Places.of(op, linear, contiguous, x.shape().size(d), d, true);
      }
    }
    if (linear == null) {
      throw new IllegalArgumentException("there is no index");
    }
    places = Reshape.of(linear, Shape.of(indexShape.numel()));
  }

  private static Shape broadcast(String op, List<@Nullable Variable> indices) {
    Shape all = Shape.SCALAR;
    for (Variable index : indices) {
      if (index != null) {
        if (!index.dtype().isInteger()) {
          throw new DTypeException(
              op
                  + ": an index is of "
                  + index.dtype()
                  + "; expected integers or a bool mask, convert it with to(DType.INT64)");
        }
        all = Shape.broadcast(op, all, index.shape());
      }
    }
    return all;
  }

  /**
   * The elements that index tensors name. The dimensions with an index give way to those that the
   * index tensors broadcast to: in their place if they lie side by side, else in front.
   *
   * @param indices for each dimension of x an index tensor, or null where all of it is meant
   * @throws ShapeException if the indices do not broadcast
   * @throws DTypeException if an index is not of integers
   * @throws dev.clgrad.IndexException if an index is out of range: at once on the CPU, at the next
   *     read elsewhere
   */
  public static Variable get(String op, Variable x, List<@Nullable Variable> indices) {
    AdvancedIndex index = new AdvancedIndex(op, x, indices);
    Variable rows = index.rows(x);
    Variable y = IndexSelect.rows(op, rows, index.first, index.places, -1, false);
    return Reshape.of(y, index.resultShape());
  }

  /**
   * x with values where index tensors say: in place of what was there, the last where a place is
   * named twice, or added to it.
   *
   * @param values what broadcasts to the shape that {@link #get} gives
   * @throws ShapeException if the indices, or the values with them, do not broadcast
   * @throws DTypeException if an index is not of integers, or the values are of another dtype
   * @throws dev.clgrad.IndexException as for {@link #get}
   */
  public static Variable put(
      String op,
      Variable x,
      List<@Nullable Variable> indices,
      Variable values,
      boolean accumulate) {
    if (values.dtype() != x.dtype()) {
      throw new DTypeException(
          op
              + ": values of "
              + values.dtype()
              + " do not go into a tensor of "
              + x.dtype()
              + "; convert them with to(DType)");
    }
    AdvancedIndex index = new AdvancedIndex(op, x, indices);
    Shape result = index.resultShape();
    if (!Shape.broadcast(op, result, values.shape()).equals(result)) {
      throw new ShapeException(
          op
              + ": values of shape "
              + values.shape()
              + " do not fit the places of shape "
              + result
              + "; they must broadcast to it");
    }
    Variable rows = index.rows(x);
    long[] sizes = rows.shape().toArray();
    sizes[index.first] = index.indexShape.numel();
    Variable source = Reshape.of(Expand.of(values, result), Shape.of(sizes));
    Variable y;
    if (accumulate) {
      long n = rows.shape().size(index.first);
      Variable wide = x.dtype().isFloating() ? source : Cast.to(source, DType.INT64);
      Variable sums = IndexAdd.rows(op, wide, index.first, index.places, n, -1);
      y = Add.of(rows, Cast.to(sums, x.dtype()));
    } else {
      y = IndexPut.rows(rows, index.first, index.places, source);
    }
    return index.restored(y);
  }

  /** x with the indexed dimensions side by side and made one. */
  private Variable rows(Variable x) {
    Variable sorted = Permute.of(x, order);
    long[] sizes = new long[x.rank() - count + 1];
    Arrays.fill(sizes, 1);
    for (int d = 0; d < x.rank(); d++) {
      int at = d < first ? d : d < first + count ? first : d - count + 1;
      sizes[at] *= sorted.shape().size(d);
    }
    return Reshape.of(sorted, Shape.of(sizes));
  }

  /** The inverse of {@link #rows}. */
  private Variable restored(Variable y) {
    long[] sizes = new long[order.length];
    int[] inverse = new int[order.length];
    for (int d = 0; d < order.length; d++) {
      sizes[d] = shape.size(order[d]);
      inverse[order[d]] = d;
    }
    return Permute.of(Reshape.of(y, Shape.of(sizes)), inverse);
  }

  private Shape resultShape() {
    int rest = order.length - count;
    long[] sizes = new long[rest + indexShape.rank()];
    for (int d = 0; d < rest; d++) {
      int from = d < first ? d : d + count;
      sizes[d < first ? d : d + indexShape.rank()] = shape.size(order[from]);
    }
    System.arraycopy(indexShape.toArray(), 0, sizes, first, indexShape.rank());
    return Shape.of(sizes);
  }

  /** Where a mask is true, counted in row-major order: the index of its dimensions made one. */
  public static Variable places(String op, Variable mask) {
    return Nonzero.positions(op, mask);
  }
}
