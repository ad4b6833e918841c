package dev.clgrad;

import org.jspecify.annotations.Nullable;

/** Shapes, dimensions or lengths that do not fit an operation. */
public class ShapeException extends ClgradException {
  private static final long serialVersionUID = 1L;

  /** An error with its message: the op, what it met, what it expected, how to mend it. */
  public ShapeException(String message) {
    super(message);
  }

  /** An error with its message and what caused it. */
  public ShapeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
