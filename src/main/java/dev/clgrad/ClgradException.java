package dev.clgrad;

import org.jspecify.annotations.Nullable;

/**
 * Every error that clgrad raises on purpose. The tensors involved are as they were before the call.
 */
public class ClgradException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error with its message: the op, what it met, what it expected, how to mend it. */
  public ClgradException(String message) {
    super(message);
  }

  /** An error with its message and what caused it. */
  public ClgradException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
