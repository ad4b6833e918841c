package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.DataException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;

/**
 * repeat_interleave: each element of a dimension several times in a row, by expand or index_select.
 */
public final class RepeatInterleave extends CompositeOp {
  private static final RepeatInterleave OP = new RepeatInterleave();

  private RepeatInterleave() {
    super("repeat_interleave");
  }

  /**
   * Each element of a dimension so many times.
   *
   * @throws ShapeException if there is no such dimension
   * @throws DataException if the number is negative
   */
  public static Variable of(Variable x, long repeats, int dim) {
    if (repeats < 0) {
      throw new DataException(
          "repeat_interleave: the number of repeats must be at least 0, not " + repeats);
    }
    Variable from = x.rank() == 0 ? Reshape.of(x, Shape.of(1)) : x;
    int d = from.shape().dim(OP.name(), dim);
    Variable apart = Unsqueeze.of(from, d + 1);
    long[] sizes = apart.shape().toArray();
    sizes[d + 1] = repeats;
    Variable spread = Expand.of(apart, Shape.of(sizes));
    return Flatten.of(Cast.copy(spread), d, d + 1);
  }

  /**
   * Each element of a dimension as often as a tensor says, which is read by the host.
   *
   * @param repeats one number for each element, or one for all
   * @throws ShapeException if there is no such dimension or the numbers do not fit
   * @throws DTypeException if they are not integers
   * @throws DataException if one is negative
   */
  public static Variable of(Variable x, Variable repeats, int dim) {
    Variable from = x.rank() == 0 ? Reshape.of(x, Shape.of(1)) : x;
    int d = from.shape().dim(OP.name(), dim);
    long n = from.shape().size(d);
    if (!repeats.dtype().isInteger()) {
      throw new DTypeException(
          "repeat_interleave: repeats are of "
              + repeats.dtype()
              + "; convert them with to(DType.INT64)");
    }
    if (repeats.rank() > 1 || (repeats.shape().numel() != n && repeats.shape().numel() != 1)) {
      throw new ShapeException(
          "repeat_interleave: repeats of shape "
              + repeats.shape()
              + " do not fit dimension "
              + dim
              + " of shape "
              + x.shape()
              + "; expected one for each of its "
              + n
              + " elements, or one for all");
    }
    long[] counts = new long[Math.toIntExact(repeats.shape().numel())];
    Variable read = Cast.copy(Cast.to(repeats.detach(), DType.INT64));
    read.scheduler().read(OP.name(), read.value(), counts);
    read.storage().close();
    long total = 0;
    for (int i = 0; i < n; i++) {
      long count = counts[counts.length == 1 ? 0 : i];
      if (count < 0) {
        throw new DataException(
            "repeat_interleave: repeats must be at least 0, and number " + i + " is " + count);
      }
      total += count;
    }
    long[] places = new long[Math.toIntExact(total)];
    int at = 0;
    for (int i = 0; i < n; i++) {
      long count = counts[counts.length == 1 ? 0 : i];
      java.util.Arrays.fill(places, at, at + (int) count, i);
      at += (int) count;
    }
    Shape shape = Shape.of(total);
    Variable index =
        new Variable(
            x.scheduler().newStorage(OP.name(), DType.INT64, shape), Layout.contiguous(shape));
    x.scheduler().write(index.value(), places);
    return IndexSelect.of(from, d, index);
  }
}
