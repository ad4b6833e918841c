package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.tape.Variable;
import java.util.stream.IntStream;

/** The gradient of broadcasting: what was repeated is summed. */
final class Broadcast {
  private Broadcast() {}

  /**
   * Sums a gradient over the dimensions in which an input of {@code shape} was repeated, and
   * converts it to the input's dtype.
   */
  static Variable reduceTo(Variable dy, Shape shape, DType dtype) {
    Variable dx = dy;
    if (!dy.shape().equals(shape)) {
      int lead = dy.rank() - shape.rank();
      int[] dims =
          IntStream.range(0, dy.rank())
              .filter(d -> d < lead || (shape.size(d - lead) == 1 && dy.shape().size(d) != 1))
              .toArray();
      Variable sum = dims.length == 0 ? dy : Sum.of(dy, dims, true);
      dx = lead == 0 ? sum : Reshape.of(sum, shape);
    }
    return Cast.to(dx, dtype);
  }
}
