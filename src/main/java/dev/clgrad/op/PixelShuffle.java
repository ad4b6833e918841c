package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** pixel_shuffle: channels become pixels between those there are, by reshape and permute. */
public final class PixelShuffle extends CompositeOp {
  private static final PixelShuffle OP = new PixelShuffle();

  private PixelShuffle() {
    super("pixel_shuffle");
  }

  /**
   * x of shape [..., c r², h, w] as [..., c, h r, w r].
   *
   * @param factor r
   * @throws ShapeException if x has fewer than three dimensions, the factor is not positive, or its
   *     square does not divide the channels
   */
  public static Variable of(Variable x, long factor) {
    int lead = x.rank() - 3;
    if (lead < 0 || factor < 1 || x.shape().size(lead) % (factor * factor) != 0) {
      throw new ShapeException(
          OP.name()
              + ": shape "
              + x.shape()
              + " cannot be enlarged by "
              + factor
              + "; expected [..., channels, height, width] with channels divisible by the square of"
              + " a positive factor");
    }
    long[] sizes = x.shape().toArray();
    long channels = sizes[lead] / (factor * factor);
    long[] apart = Arrays.copyOf(sizes, lead + 5);
    apart[lead] = channels;
    apart[lead + 1] = factor;
    apart[lead + 2] = factor;
    apart[lead + 3] = sizes[lead + 1];
    apart[lead + 4] = sizes[lead + 2];
    int[] order = new int[lead + 5];
    Arrays.setAll(order, d -> d);
    order[lead + 1] = lead + 3;
    order[lead + 2] = lead + 1;
    order[lead + 3] = lead + 4;
    order[lead + 4] = lead + 2;
    sizes[lead] = channels;
    sizes[lead + 1] *= factor;
    sizes[lead + 2] *= factor;
    return Reshape.of(Permute.of(Reshape.of(x, Shape.of(apart)), order), Shape.of(sizes));
  }
}
