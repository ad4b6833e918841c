package dev.clgrad.schedule;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Where the elements of a view lie: element (i, j, …) at {@code offset + i·strides[0] +
 * j·strides[1] + …}, all in elements. Immutable. The views PyTorch makes without copying are
 * methods here.
 */
public final class Layout {
  /** The layout of every scalar in memory of its own. */
  private static final Layout SCALAR = new Layout(Shape.SCALAR, new long[0], 0);

  private final Shape shape;
  private final long[] sizes;
  private final long[] strides;
  private final long offset;
  private final boolean contiguous;

  private Layout(Shape shape, long[] strides, long offset) {
    this.shape = shape;
    this.sizes = shape.toArray();
    this.strides = strides;
    this.offset = offset;
    this.contiguous = isRowMajor(sizes, strides);
  }

  /** Row-major from offset 0. */
  public static Layout contiguous(Shape shape) {
    if (shape.rank() == 0) {
      return SCALAR;
    }
    return new Layout(shape, rowMajor(shape.toArray()), 0);
  }

  /** A layout with given strides, such as a user's {@code asStrided}. */
  public static Layout of(Shape shape, long[] strides, long offset) {
    return new Layout(shape, strides.clone(), offset);
  }

  /** The same strides from another first element on. */
  public Layout startingAt(long first) {
    return first == offset ? this : of(shape, strides, first);
  }

  /** The shape of the view. */
  public Shape shape() {
    return shape;
  }

  /** The number of dimensions. */
  public int rank() {
    return sizes.length;
  }

  /** The size of dimension {@code dim}, which is not negative. */
  public long size(int dim) {
    return sizes[dim];
  }

  /** The stride of dimension {@code dim}, in elements. */
  public long stride(int dim) {
    return strides[dim];
  }

  /** Where the first element lies. */
  public long offset() {
    return offset;
  }

  /** Whether the elements lie in row-major order without gaps. */
  public boolean isContiguous() {
    return contiguous;
  }

  /**
   * Whether every element has a place of its own: each stride reaches beyond all that the smaller
   * ones span. Expanded views and overlapping windows have not.
   */
  public boolean isInjective() {
    if (contiguous) {
      return true;
    }
    int[] order =
        IntStream.range(0, sizes.length)
            .filter(i -> sizes[i] > 1)
            .boxed()
            .sorted(Comparator.comparingLong(i -> strides[i]))
            .mapToInt(i -> i)
            .toArray();
    long spanned = 0;
    for (int i : order) {
      if (strides[i] <= spanned) {
        return false;
      }
      spanned += (sizes[i] - 1) * strides[i];
    }
    return true;
  }

  /**
   * The view of dimensions in another order: dimension i of the result is {@code order[i]} of this.
   */
  public Layout permute(int[] order) {
    long[] newSizes = new long[order.length];
    long[] newStrides = new long[order.length];
    for (int i = 0; i < order.length; i++) {
      newSizes[i] = sizes[order[i]];
      newStrides[i] = strides[order[i]];
    }
    return new Layout(Shape.of(newSizes), newStrides, offset);
  }

  /** The view with two dimensions exchanged. */
  public Layout transpose(int a, int b) {
    int[] order = new int[rank()];
    Arrays.setAll(order, i -> i == a ? b : i == b ? a : i);
    return permute(order);
  }

  /**
   * The view of every {@code step}-th element of a dimension from {@code start}, {@code length} of
   * them.
   */
  public Layout slice(int dim, long start, long step, long length) {
    long[] newSizes = sizes.clone();
    long[] newStrides = strides.clone();
    newSizes[dim] = length;
    newStrides[dim] = strides[dim] * step;
    Shape newShape = Shape.of(newSizes);
    // An empty view must not point behind the memory's end.
    return new Layout(
        newShape, newStrides, newShape.numel() == 0 ? offset : offset + start * strides[dim]);
  }

  /** The view of one index of a dimension, which disappears. */
  public Layout select(int dim, long index) {
    return slice(dim, index, 1, 1).squeeze(dim);
  }

  /**
   * The view of a diagonal of two dimensions, which disappear; it becomes the last dimension.
   *
   * @param offset how far above the main diagonal, or below it if negative
   */
  public Layout diagonal(long offset, int dim1, int dim2) {
    long rows = sizes[dim1] + Math.min(offset, 0);
    long columns = sizes[dim2] - Math.max(offset, 0);
    long length = Math.max(0, Math.min(rows, columns));
    long[] newSizes = new long[rank() - 1];
    long[] newStrides = new long[rank() - 1];
    int kept = 0;
    for (int i = 0; i < rank(); i++) {
      if (i != dim1 && i != dim2) {
        newSizes[kept] = sizes[i];
        newStrides[kept++] = strides[i];
      }
    }
    newSizes[kept] = length;
    newStrides[kept] = strides[dim1] + strides[dim2];
    Shape newShape = Shape.of(newSizes);
    long start = Math.max(offset, 0) * strides[dim2] - Math.min(offset, 0) * strides[dim1];
    return new Layout(
        newShape, newStrides, newShape.numel() == 0 ? this.offset : this.offset + start);
  }

  /**
   * The view of windows of a dimension, which becomes their number; the places in a window are a
   * new last dimension.
   */
  public Layout unfold(int dim, long size, long step) {
    long[] newSizes = Arrays.copyOf(sizes, rank() + 1);
    long[] newStrides = Arrays.copyOf(strides, rank() + 1);
    newSizes[dim] = (sizes[dim] - size) / step + 1;
    newStrides[dim] = strides[dim] * step;
    newSizes[rank()] = size;
    newStrides[rank()] = strides[dim];
    return new Layout(Shape.of(newSizes), newStrides, offset);
  }

  /** The view without a dimension of size 1. */
  public Layout squeeze(int dim) {
    long[] newSizes = new long[rank() - 1];
    long[] newStrides = new long[rank() - 1];
    for (int i = 0, j = 0; i < rank(); i++) {
      if (i != dim) {
        newSizes[j] = sizes[i];
        newStrides[j++] = strides[i];
      }
    }
    return new Layout(Shape.of(newSizes), newStrides, offset);
  }

  /** The view with a new dimension of size 1 before dimension {@code dim}. */
  public Layout unsqueeze(int dim) {
    long[] newSizes = new long[rank() + 1];
    long[] newStrides = new long[rank() + 1];
    for (int i = 0, j = 0; i <= rank(); i++) {
      if (i == dim) {
        newSizes[i] = 1;
        newStrides[i] = dim < rank() ? sizes[dim] * strides[dim] : 1;
      } else {
        newSizes[i] = sizes[j];
        newStrides[i] = strides[j++];
      }
    }
    return new Layout(Shape.of(newSizes), newStrides, offset);
  }

  /**
   * The view broadcast to a larger shape: dimensions of size 1, and new ones in front, repeat with
   * stride 0.
   *
   * @param op the operation that asks, for the error's text
   * @throws ShapeException if a size that is not 1 would have to change
   */
  public Layout expand(String op, Shape target) {
    if (target.equals(shape)) {
      return this;
    }
    long[] to = target.toArray();
    int lead = to.length - rank();
    boolean fits = lead >= 0;
    long[] newStrides = new long[to.length];
    for (int i = 0; fits && i < rank(); i++) {
      if (sizes[i] == to[lead + i]) {
        newStrides[lead + i] = strides[i];
      } else {
        fits = sizes[i] == 1;
      }
    }
    if (!fits) {
      throw new ShapeException(
          op
              + ": shape "
              + shape
              + " cannot be expanded to "
              + target
              + "; aligned at the last dimension, each size must be equal or 1");
    }
    return new Layout(target, newStrides, offset);
  }

  /**
   * The same elements under another shape of the same number of elements, or null if strides cannot
   * express it and a copy is needed.
   */
  public @Nullable Layout reshape(Shape target) {
    if (target.equals(shape)) {
      return this;
    }
    long[] to = target.toArray();
    if (contiguous || shape.numel() == 0) {
      return new Layout(target, rowMajor(to), offset);
    }
    int old = 0;
    long[] oldSizes = new long[rank()];
    long[] oldStrides = new long[rank()];
    for (int i = 0; i < rank(); i++) {
      if (sizes[i] != 1) {
        oldSizes[old] = sizes[i];
        oldStrides[old++] = strides[i];
      }
    }
    // The shortest runs of old and of new dimensions with equal products correspond; each old run
    // must lie without gaps.
    long[] newStrides = new long[to.length];
    int oldBegin = 0;
    int newBegin = 0;
    while (oldBegin < old) {
      int oldEnd = oldBegin + 1;
      int newEnd = newBegin + 1;
      long oldRun = oldSizes[oldBegin];
      long newRun = to[newBegin];
      while (oldRun != newRun) {
        if (newRun < oldRun) {
          newRun *= to[newEnd++];
        } else {
          oldRun *= oldSizes[oldEnd++];
        }
      }
      for (int i = oldBegin; i < oldEnd - 1; i++) {
        if (oldStrides[i] != oldSizes[i + 1] * oldStrides[i + 1]) {
          return null;
        }
      }
      long stride = oldStrides[oldEnd - 1];
      for (int i = newEnd - 1; i >= newBegin; i--) {
        newStrides[i] = stride;
        stride *= to[i];
      }
      oldBegin = oldEnd;
      newBegin = newEnd;
    }
    Arrays.fill(newStrides, newBegin, to.length, 1);
    return new Layout(target, newStrides, offset);
  }

  private static long[] rowMajor(long[] sizes) {
    long[] strides = new long[sizes.length];
    long stride = 1;
    for (int i = sizes.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= Math.max(sizes[i], 1);
    }
    return strides;
  }

  private static boolean isRowMajor(long[] sizes, long[] strides) {
    long expected = 1;
    for (int i = sizes.length - 1; i >= 0; i--) {
      if (sizes[i] == 0) {
        return true;
      }
      if (sizes[i] != 1) {
        if (strides[i] != expected) {
          return false;
        }
        expected *= sizes[i];
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    if (this == other) {
      return true;
    }
    return other instanceof Layout that
        && offset == that.offset
        && shape.equals(that.shape)
        && Arrays.equals(strides, that.strides);
  }

  @Override
  public int hashCode() {
    return shape.hashCode() * 31 + Arrays.hashCode(strides) * 31 + Long.hashCode(offset);
  }

  @Override
  public String toString() {
    return "shape " + shape + ", strides " + Arrays.toString(strides) + ", offset " + offset;
  }
}
