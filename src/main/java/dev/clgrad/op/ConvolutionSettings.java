package dev.clgrad.op;

import dev.clgrad.ShapeException;
import java.util.Arrays;

/**
 * How a convolution moves over its input. Each list has one number for all dimensions or one for
 * each.
 *
 * @param same whether the padding is whatever keeps the size; then {@code padding} is not read
 * @param outputPadding what a transposed convolution adds to the size of its result at the end
 */
public record ConvolutionSettings(
    long[] stride,
    long[] padding,
    boolean same,
    long[] dilation,
    long[] outputPadding,
    long groups) {

  /** One number for each of {@code dims} dimensions, none below {@code least}. */
  static long[] each(String op, String what, long[] given, int dims, long least) {
    if (given.length != 1 && given.length != dims) {
      throw new ShapeException(
          op
              + ": "
              + what
              + " "
              + Arrays.toString(given)
              + " has "
              + given.length
              + " numbers; expected one, or one for each of the "
              + dims
              + " dimensions");
    }
    long[] all = new long[dims];
    for (int d = 0; d < dims; d++) {
      all[d] = given[given.length == 1 ? 0 : d];
      if (all[d] < least) {
        throw new ShapeException(
            op
                + ": "
                + what
                + " "
                + Arrays.toString(given)
                + " is out of range; give numbers of at least "
                + least);
      }
    }
    return all;
  }
}
