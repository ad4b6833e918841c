package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** repeat: copies of a tensor side by side along its dimensions, by expand and reshape. */
public final class Repeat extends CompositeOp {
  private static final Repeat OP = new Repeat();

  private Repeat() {
    super("repeat");
  }

  /**
   * x so many times along each dimension; numbers beyond the dimensions of x are for new ones in
   * front.
   *
   * @throws ShapeException if there are fewer numbers than dimensions, or one is negative
   */
  public static Variable of(Variable x, long... repeats) {
    if (repeats.length < x.rank()) {
      throw new ShapeException(
          "repeat: "
              + Arrays.toString(repeats)
              + " has fewer numbers than shape "
              + x.shape()
              + " has dimensions; give one for each, or use tile");
    }
    return of(OP.name(), x, repeats);
  }

  static Variable of(String op, Variable x, long... repeats) {
    int lead = repeats.length - x.rank();
    long[] apart = new long[2 * repeats.length];
    long[] spread = new long[2 * repeats.length];
    long[] sizes = new long[repeats.length];
    for (int d = 0; d < repeats.length; d++) {
      if (repeats[d] < 0) {
        throw new ShapeException(
            op
                + ": "
                + Arrays.toString(repeats)
                + " has a negative number of copies, for shape "
                + x.shape()
                + "; expected at least 0");
      }
      apart[2 * d] = 1;
      apart[2 * d + 1] = d < lead ? 1 : x.shape().size(d - lead);
      spread[2 * d] = repeats[d];
      spread[2 * d + 1] = apart[2 * d + 1];
      sizes[d] = repeats[d] * apart[2 * d + 1];
    }
    Variable spaced = Expand.of(Reshape.of(x, Shape.of(apart)), Shape.of(spread));
    return Reshape.of(Cast.copy(spaced), Shape.of(sizes));
  }
}
