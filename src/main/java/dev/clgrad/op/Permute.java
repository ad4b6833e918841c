package dev.clgrad.op;

import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** permute: the dimensions in another order, a view; dx = dy in the order of x. */
public final class Permute extends ViewOp {
  private static final Permute OP = new Permute();

  private Permute() {
    super("permute");
  }

  /**
   * x with its dimensions in another order: dimension i of the result is {@code dims[i]} of x.
   *
   * @throws ShapeException if the numbers are not each dimension once
   */
  public static Variable of(Variable x, int... dims) {
    int rank = x.rank();
    if (dims.length != rank) {
      throw new ShapeException(
          "permute: shape "
              + x.shape()
              + " has "
              + rank
              + " dimensions and the order "
              + Arrays.toString(dims)
              + " names "
              + dims.length
              + "; name each dimension once");
    }
    int[] order = new int[rank];
    int[] inverse = new int[rank];
    Arrays.fill(inverse, -1);
    for (int i = 0; i < rank; i++) {
      order[i] = x.shape().dim(OP.name(), dims[i]);
      if (inverse[order[i]] >= 0) {
        throw new ShapeException(
            "permute: the order "
                + Arrays.toString(dims)
                + " names dimension "
                + order[i]
                + " of shape "
                + x.shape()
                + " twice; name each dimension once");
      }
      inverse[order[i]] = i;
    }
    return OP.view(x, x.layout().permute(order), dy -> of(dy, inverse));
  }
}
