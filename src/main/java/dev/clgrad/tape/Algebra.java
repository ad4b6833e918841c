package dev.clgrad.tape;

import org.jspecify.annotations.Nullable;

/** The arithmetic that the tape itself needs, handed to it by the layer that has operations. */
public interface Algebra {
  /** The sum of two gradients of equal shape; recorded like any operation. */
  Variable add(Variable a, Variable b);

  /** Adds {@code b} into the memory of {@code a}. */
  void addInPlace(Variable a, Variable b);

  /** A contiguous copy in memory of its own; recorded like any operation. */
  Variable copy(Variable x);

  /** A variable of the shape, dtype and device of another, filled with one value. */
  Variable fullLike(Variable x, double value);

  /** Zeros or ones as a node's output was shaped. */
  Variable full(Node.OutputMetadata like, double value);

  /**
   * Reads a variable and tells what in it is not finite, such as {@code a NaN at [0, 2]}; null if
   * all is.
   */
  @Nullable String firstNotFinite(Variable x);
}
