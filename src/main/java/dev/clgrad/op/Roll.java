package dev.clgrad.op;

import dev.clgrad.ShapeException;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * roll: elements moved along dimensions, those that leave at one end entering at the other, by cat.
 */
public final class Roll extends CompositeOp {
  private static final Roll OP = new Roll();

  private Roll() {
    super("roll");
  }

  /**
   * x moved by {@code shifts[i]} along {@code dims[i]}; without dimensions, all elements in
   * row-major order are moved by the one shift.
   *
   * @throws ShapeException if there are not as many shifts as dimensions, or a dimension does not
   *     exist
   */
  public static Variable of(Variable x, long[] shifts, int... dims) {
    if (dims.length == 0 ? shifts.length != 1 : dims.length != shifts.length) {
      throw new ShapeException(
          "roll: "
              + Arrays.toString(shifts)
              + " has "
              + shifts.length
              + " shifts for the dimensions "
              + Arrays.toString(dims)
              + " of shape "
              + x.shape()
              + "; give one for each, or one alone to move all elements in row-major order");
    }
    Variable y = x.detach();
    if (dims.length == 0) {
      y = Reshape.of(run(Reshape.of(y, x.shape().numel()), 0, shifts[0]), x.shape());
    } else {
      for (int i = 0; i < dims.length; i++) {
        y = run(y, x.shape().dim(OP.name(), dims[i]), shifts[i]);
      }
    }
    if (y.storage() == x.storage()) {
      y = Cast.copy(y);
    }
    long[] back = Arrays.stream(shifts).map(s -> -s).toArray();
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {of(c.dy(), back, dims)});
    return y;
  }

  private static Variable run(Variable x, int d, long shift) {
    if (x.shape().numel() < 2) {
      return x;
    }
    long n = x.shape().size(d);
    long entering = Math.floorMod(shift, n);
    return entering == 0
        ? x
        : Cat.of(
            List.of(Slice.of(x, d, n - entering, n, 1), Slice.of(x, d, 0, n - entering, 1)), d);
  }
}
