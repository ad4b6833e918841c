package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Lists of dimensions as users give them. */
final class Dims {
  private Dims() {}

  /**
   * The dimensions that a list means: counted from the front, in ascending order, all of them where
   * the list is empty.
   *
   * @param op the operation that asks, for the error's text
   * @throws ShapeException if one is out of range or named twice
   */
  static int[] of(String op, Shape shape, int... dims) {
    if (dims.length == 0) {
      return IntStream.range(0, shape.rank()).toArray();
    }
    int[] found = new int[dims.length];
    for (int i = 0; i < dims.length; i++) {
      found[i] = shape.dim(op, dims[i]);
      for (int before = 0; before < i; before++) {
        if (found[before] == found[i]) {
          throw new ShapeException(
              op
                  + ": dimension "
                  + found[i]
                  + " of shape "
                  + shape
                  + " is named twice in "
                  + Arrays.toString(dims)
                  + "; name each once");
        }
      }
    }
    Arrays.sort(found);
    return shape.rank() == 0 ? new int[0] : found;
  }
}
