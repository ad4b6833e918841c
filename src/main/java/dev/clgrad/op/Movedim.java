package dev.clgrad.op;

import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** movedim: dimensions moved to other places, a view; dx = dy with them moved back. */
public final class Movedim extends ViewOp {
  private static final Movedim OP = new Movedim();

  private Movedim() {
    super("movedim");
  }

  @Override
  public String nodeName() {
    return "PermuteBackward0";
  }

  /**
   * x with dimension {@code source[i]} at place {@code destination[i]}, and the others in their
   * order at the places left.
   *
   * @throws ShapeException if the lists differ in length, or a dimension does not exist or is named
   *     twice
   */
  public static Variable of(Variable x, int[] source, int[] destination) {
    if (source.length != destination.length) {
      throw new ShapeException(
          "movedim: "
              + Arrays.toString(source)
              + " names "
              + source.length
              + " dimensions and "
              + Arrays.toString(destination)
              + " "
              + destination.length
              + " places; give each dimension its place");
    }
    int rank = x.rank();
    if (source.length > 0) {
      Dims.of(OP.name(), x.shape(), source);
      Dims.of(OP.name(), x.shape(), destination);
    }
    if (rank == 0) {
      return OP.view(x, x.layout(), dy -> dy);
    }
    int[] order = new int[rank];
    Arrays.fill(order, -1);
    boolean[] placed = new boolean[rank];
    for (int i = 0; i < source.length; i++) {
      int from = x.shape().dim(OP.name(), source[i]);
      order[x.shape().dim(OP.name(), destination[i])] = from;
      placed[from] = true;
    }
    int next = 0;
    for (int d = 0; d < rank; d++) {
      if (order[d] < 0) {
        while (placed[next]) {
          next++;
        }
        order[d] = next++;
      }
    }
    int[] inverse = new int[rank];
    for (int d = 0; d < rank; d++) {
      inverse[order[d]] = d;
    }
    return OP.view(x, x.layout().permute(order), dy -> Permute.of(dy, inverse));
  }
}
