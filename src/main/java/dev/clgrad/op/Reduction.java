package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How a reduction over any dimensions becomes one over the middle of a contiguous (outer, count,
 * inner) array: dimensions that do not lie together are first brought together by a copy.
 *
 * @param input the contiguous input
 * @param outer the product of the sizes before the reduced dimensions
 * @param count the number of elements reduced to one
 * @param inner the product of the sizes after them
 * @param keptShape the result's shape with reduced dimensions of size 1
 * @param droppedShape the result's shape without them
 * @param order which dimension of x each dimension of the contiguous input is
 */
record Reduction(
    Variable input,
    long outer,
    long count,
    long inner,
    Shape keptShape,
    Shape droppedShape,
    int[] order) {
  private static final long ROW_SEGMENT = 8192;
  private static final long MANY_ROWS = 4096;
  private static final long COLUMN_SEGMENT = 64;

  /** Columns of so many elements are added up sooner than a second launch is made. */
  private static final long SHORT_COLUMN = 256;

  private static final long VECTOR_TASKS = 4096;
  private static final long ITEM_TASKS = 65536;

  static Reduction of(Variable x, int[] dims) {
    int rank = x.rank();
    boolean[] reduced = new boolean[rank];
    for (int d : dims) {
      if (rank > 0) {
        reduced[d] = true;
      }
    }
    long[] kept = x.shape().toArray();
    long count = 1;
    for (int d = 0; d < rank; d++) {
      if (reduced[d]) {
        count *= kept[d];
        kept[d] = 1;
      }
    }
    long[] dropped =
        IntStream.range(0, rank).filter(d -> !reduced[d]).mapToLong(d -> kept[d]).toArray();
    int first = IntStream.range(0, rank).filter(d -> reduced[d]).findFirst().orElse(rank);
    int last = IntStream.range(0, rank).filter(d -> reduced[d]).max().orElse(rank - 1);
    boolean together = IntStream.rangeClosed(first, last).allMatch(d -> reduced[d] || kept[d] == 1);
    Variable input = x.detach();
    long outer = 1;
    long inner = 1;
    int[] order = IntStream.range(0, rank).toArray();
    if (together) {
      for (int d = 0; d < rank; d++) {
        if (!reduced[d]) {
          outer *= d < first ? kept[d] : 1;
          inner *= d > last ? kept[d] : 1;
        }
      }
    } else {
      order =
          IntStream.concat(
                  IntStream.range(0, rank).filter(d -> !reduced[d]),
                  IntStream.range(0, rank).filter(d -> reduced[d]))
              .toArray();
      input = new Variable(x.storage(), x.layout().permute(order));
      outer = Arrays.stream(dropped).reduce(1, (a, b) -> a * b);
    }
    if (!input.layout().isContiguous()) {
      input = Cast.copy(input);
    }
    return new Reduction(input, outer, count, inner, Shape.of(kept), Shape.of(dropped), order);
  }

  /**
   * The number of elements that one work-item or work-group adds up at once: all, or fewer where
   * there are many elements and few results, so that the rest of the device has work too. Depends
   * on the shape and the kind of device alone, never on its size, and so does the result.
   *
   * @param vectors whether the device computes in explicit vectors
   */
  long segmentLength(boolean vectors) {
    if (inner == 1) {
      boolean longRows = count > ROW_SEGMENT * 8 || (count > ROW_SEGMENT * 2 && outer < MANY_ROWS);
      return longRows ? ROW_SEGMENT : count;
    }
    if (vectors && count <= SHORT_COLUMN) {
      return count;
    }
    long tasks = vectors ? VECTOR_TASKS : ITEM_TASKS;
    long wanted = Math.max(1, tasks / Math.max(outer * inner, 1));
    long length = (count + wanted - 1) / wanted;
    return Math.min(count, (length + COLUMN_SEGMENT - 1) / COLUMN_SEGMENT * COLUMN_SEGMENT);
  }

  /** The number of segments of a length that cover the count; 1 for none. */
  long segments(long length) {
    return segments(count, length);
  }

  /** The number of segments of a length that cover a count; 1 for none. */
  static long segments(long count, long length) {
    return count <= length ? 1 : (count - 1) / length + 1;
  }

  /** A shape with dimensions reduced to size 1. */
  static Shape keptShape(Shape shape, int[] dims) {
    long[] sizes = shape.toArray();
    for (int d : dims) {
      sizes[d] = 1;
    }
    return Shape.of(sizes);
  }

  /** A shape without dimensions. */
  static Shape droppedShape(Shape shape, int[] dims) {
    return Shape.of(
        IntStream.range(0, shape.rank())
            .filter(d -> Arrays.stream(dims).noneMatch(r -> r == d))
            .mapToLong(shape::size)
            .toArray());
  }

  /** Gives back a copy that was made on the way from x, as soon as what is pending has read it. */
  static void release(Variable copy, Variable x) {
    if (copy.storage() != x.storage()) {
      copy.storage().close();
    }
  }

  /** A new variable of the shape of x, whose elements lie in memory as those of the input do. */
  Variable newLikeInput(String op) {
    Layout layout = Layout.contiguous(input.shape());
    int[] inverse = new int[order.length];
    for (int d = 0; d < order.length; d++) {
      inverse[order[d]] = d;
    }
    return new Variable(
        input.scheduler().newStorage(op, input.dtype(), input.shape()), layout.permute(inverse));
  }

  /** A new variable for the result. */
  Variable newOutput(String op, DType dtype, boolean keepdim) {
    Shape shape = keepdim ? keptShape : droppedShape;
    return new Variable(input.scheduler().newStorage(op, dtype, shape), Layout.contiguous(shape));
  }
}
