package dev.clgrad.op;

import dev.clgrad.ClgradException;
import dev.clgrad.Shape;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** local_response_norm: y = x / (k + alpha / size Σ x²)^beta, the sum over neighboring channels. */
public final class LocalResponseNorm extends CompositeOp {
  private static final LocalResponseNorm OP = new LocalResponseNorm();

  private LocalResponseNorm() {
    super("local_response_norm");
  }

  /**
   * The local response norm of x, of shape (batch, channels, space...).
   *
   * @param size how many channels the sum is over; of an even number one more before than behind
   * @throws dev.clgrad.ShapeException if x has fewer than three dimensions
   * @throws ClgradException if the size is not positive
   * @throws dev.clgrad.DTypeException if the numbers are not floating-point
   */
  public static Variable of(Variable x, int size, double alpha, double beta, double k) {
    ChannelNorm.checkInput(OP.name(), x, 3);
    if (size < 1) {
      throw new ClgradException(
          "local_response_norm: a window of " + size + " channels is empty; expected at least 1");
    }
    Variable squares = window(Square.of(x), size / 2, (size - 1) / 2);
    return Div.of(x, Pow.of(Add.of(Mul.of(squares, alpha / size), k), beta));
  }

  /** The sums over windows of channels; its gradient is that over the mirrored windows. */
  private static Variable window(Variable x, int before, int behind) {
    Variable y = sums(x.detach(), before, behind);
    Node.record(
        "LocalResponseNormBackward0",
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {window(c.dy(), behind, before)});
    return y;
  }

  private static Variable sums(Variable x, int before, int behind) {
    if (before + behind == 0) {
      return Cast.copy(x);
    }
    long channels = x.shape().size(1);
    long[] sizes = x.shape().toArray();
    sizes[1] += before + behind;
    Variable padded =
        Embed.of(x, Shape.of(sizes), OP.nodeName(), p -> Narrow.of(p, 1, before, channels));
    Variable y = Narrow.of(padded, 1, 0, channels);
    for (int k = 1; k <= before + behind; k++) {
      y = Add.of(y, Narrow.of(padded, 1, k, channels));
    }
    padded.storage().close();
    return y;
  }
}
