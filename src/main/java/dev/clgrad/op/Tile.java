package dev.clgrad.op;

import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** tile: copies of a tensor side by side along its last dimensions, as repeat. */
public final class Tile extends CompositeOp {
  private static final Tile OP = new Tile();

  private Tile() {
    super("tile");
  }

  /**
   * x so many times along its last dimensions, once along those before; numbers beyond the
   * dimensions of x are for new ones in front.
   *
   * @throws dev.clgrad.ShapeException if a number is negative
   */
  public static Variable of(Variable x, long... dims) {
    int missing = Math.max(0, x.rank() - dims.length);
    long[] repeats = new long[missing + dims.length];
    Arrays.fill(repeats, 0, missing, 1);
    System.arraycopy(dims, 0, repeats, missing, dims.length);
    return Repeat.of(OP.name(), x, repeats);
  }
}
