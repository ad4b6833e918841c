package dev.clgrad;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** The sizes of a tensor's dimensions, outermost first. Immutable; rank 0 is a scalar. */
public final class Shape {
  /** The shape of a scalar: no dimensions, one element. */
  public static final Shape SCALAR = new Shape(new long[0]);

  private final long[] sizes;
  private final long numel;

  private Shape(long[] sizes) {
    long count = 1;
    for (long size : sizes) {
      if (size < 0) {
        throw new ShapeException(
            "shape " + text(sizes) + " has a negative size; every dimension must be at least 0");
      }
    }
    for (long size : sizes) {
      if (size == 0) {
        count = 0;
      }
    }
    if (count != 0) {
      try {
        for (long size : sizes) {
          count = Math.multiplyExact(count, size);
        }
      } catch (ArithmeticException e) {
        throw new ShapeException(
            "shape " + text(sizes) + " has more than 2^63 - 1 elements; use smaller dimensions", e);
      }
    }
    this.sizes = sizes;
    this.numel = count;
  }

  /**
   * A shape of these sizes.
   *
   * @throws ShapeException if one is negative or their product overflows
   */
  public static Shape of(long... sizes) {
    return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
  }

  /**
   * A shape of these sizes, for an operation that makes a tensor of them.
   *
   * @param op the operation, for the error's text
   * @throws ShapeException if one is negative or their product overflows
   */
  public static Shape of(String op, long... sizes) {
    try {
      return of(sizes);
    } catch (ShapeException e) {
      throw new ShapeException(op + ": " + e.getMessage(), e);
    }
  }

  /** The number of dimensions. */
  public int rank() {
    return sizes.length;
  }

  /** The number of elements: the product of the sizes, 1 for a scalar. */
  public long numel() {
    return numel;
  }

  /**
   * The size of one dimension; a negative {@code dim} counts from the end.
   *
   * @throws ShapeException if there is no such dimension
   */
  public long size(int dim) {
    return sizes[dim("size", dim)];
  }

  /** The sizes in a fresh array. */
  public long[] toArray() {
    return sizes.clone();
  }

  /**
   * The dimension a possibly negative number means, as in Python: -1 is the last.
   *
   * @param op the operation that asks, for the error's text
   * @throws ShapeException if it lies outside [-rank, rank); a scalar takes 0 and -1
   */
  public int dim(String op, int dim) {
    int limit = Math.max(rank(), 1);
    if (dim < -limit || dim >= limit) {
      throw new ShapeException(
          op
              + ": dimension "
              + dim
              + " is out of range for shape "
              + this
              + "; expected a value from "
              + -limit
              + " to "
              + (limit - 1));
    }
    return dim < 0 ? dim + limit : dim;
  }

  /**
   * The shape that two shapes broadcast to: aligned at the last dimension, sizes must be equal or
   * 1.
   *
   * @param op the operation that asks, for the error's text
   * @throws ShapeException if a pair of sizes differs and neither is 1
   */
  public static Shape broadcast(String op, Shape a, Shape b) {
    if (a.equals(b)) {
      return a;
    }
    int rank = Math.max(a.rank(), b.rank());
    long[] out = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long sa = i <= a.rank() ? a.sizes[a.rank() - i] : 1;
      long sb = i <= b.rank() ? b.sizes[b.rank() - i] : 1;
      if (sa != sb && sa != 1 && sb != 1) {
        throw new ShapeException(
            op
                + ": shapes "
                + a
                + " and "
                + b
                + " do not broadcast: sizes "
                + sa
                + " and "
                + sb
                + " at dimension "
                + (rank - i)
                + " differ and neither is 1; reshape, expand or unsqueeze one of them");
      }
      out[rank - i] = sa == 1 ? sb : sa;
    }
    return new Shape(out);
  }

  @Override
  public boolean equals(Object other) {
    return this == other || (other instanceof Shape shape && Arrays.equals(sizes, shape.sizes));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  /** The sizes in brackets, such as {@code [2, 3]}; {@code []} for a scalar. */
  @Override
  public String toString() {
    return text(sizes);
  }

  private static String text(long[] sizes) {
    return LongStream.of(sizes)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
