package dev.clgrad;

import java.util.Arrays;

/**
 * The elements of a summarized tensor that printing shows. They are read from the device corner by
 * corner, so that a large tensor is never copied to the host to print a few numbers of it.
 */
final class ShownElements implements TensorFormat.Elements {
  private final long[] indices;
  private final double[] reals;
  private final long[] integers;

  private ShownElements(Tensor tensor) {
    Shape shape = tensor.shape();
    boolean floating = tensor.dtype().isFloating();
    indices = TensorFormat.shownIndices(shape);
    reals = new double[floating ? indices.length : 0];
    integers = new long[floating ? 0 : indices.length];
    readCorners(tensor.detach(), 0, new long[shape.rank()], shape);
  }

  /** Reads the elements of a tensor that are shown. */
  static ShownElements of(Tensor tensor) {
    return new ShownElements(tensor);
  }

  /** Cuts the dimensions from {@code dim} on into what is shown of them, and reads what is left. */
  private void readCorners(Tensor part, int dim, long[] starts, Shape shape) {
    if (dim == shape.rank()) {
      store(part, starts, shape);
      return;
    }
    long size = shape.size(dim);
    int edge = TensorFormat.EDGE_ITEMS;
    if (size <= 2L * edge) {
      readCorners(part, dim + 1, starts, shape);
      return;
    }
    readCorners(part.narrow(dim, 0, edge), dim + 1, starts, shape);
    starts[dim] = size - edge;
    readCorners(part.narrow(dim, size - edge, edge), dim + 1, starts, shape);
    starts[dim] = 0;
  }

  private void store(Tensor corner, long[] starts, Shape shape) {
    boolean floating = reals.length > 0;
    double[] cornerReals = floating ? corner.toDoubleArray() : new double[0];
    long[] cornerIntegers = floating ? new long[0] : corner.toLongArray();
    for (int i = 0; i < corner.numel(); i++) {
      long rest = i;
      long index = 0;
      long stride = 1;
      for (int dim = shape.rank() - 1; dim >= 0; dim--) {
        long size = corner.size(dim);
        index += (starts[dim] + rest % size) * stride;
        rest /= size;
        stride *= shape.size(dim);
      }
      int at = Arrays.binarySearch(indices, index);
      if (floating) {
        reals[at] = cornerReals[i];
      } else {
        integers[at] = cornerIntegers[i];
      }
    }
  }

  @Override
  public double real(long index) {
    return reals[Arrays.binarySearch(indices, index)];
  }

  @Override
  public long integer(long index) {
    return integers[Arrays.binarySearch(indices, index)];
  }
}
