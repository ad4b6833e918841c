package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** meshgrid: the coordinates of a grid, each an expanded view of a vector. */
public final class Meshgrid extends CompositeOp {
  private static final Meshgrid OP = new Meshgrid();

  private Meshgrid() {
    super("meshgrid");
  }

  /**
   * For each vector a tensor of the grid's shape that has its values along one dimension.
   *
   * @param columnsFirst whether the first two vectors change places in the shape ("xy")
   * @throws ShapeException if there is no tensor or one has more than one dimension
   * @throws DTypeException if dtypes differ
   */
  public static List<Variable> of(List<Variable> tensors, boolean columnsFirst) {
    int count = tensors.size();
    if (count == 0) {
      throw new ShapeException(OP.name() + ": there are no tensors; give at least one");
    }
    long[] sizes = new long[count];
    for (int i = 0; i < count; i++) {
      Variable x = tensors.get(i);
      if (x.rank() > 1) {
        throw new ShapeException(
            "meshgrid: tensor "
                + i
                + " has shape "
                + x.shape()
                + "; expected vectors and scalars, flatten it");
      }
      if (x.dtype() != tensors.get(0).dtype()) {
        throw new DTypeException(
            "meshgrid: tensor "
                + i
                + " is of "
                + x.dtype()
                + " and the first of "
                + tensors.get(0).dtype()
                + "; convert with to(DType)");
      }
      sizes[place(i, count, columnsFirst)] = x.shape().numel();
    }
    Shape shape = Shape.of(sizes);
    List<Variable> grids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long[] along = new long[count];
      Arrays.fill(along, 1);
      along[place(i, count, columnsFirst)] = tensors.get(i).shape().numel();
      grids.add(Expand.of(Reshape.of(tensors.get(i), Shape.of(along)), shape));
    }
    return grids;
  }

  private static int place(int i, int count, boolean columnsFirst) {
    return columnsFirst && count > 1 && i < 2 ? 1 - i : i;
  }
}
