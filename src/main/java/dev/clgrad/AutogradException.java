package dev.clgrad;

import org.jspecify.annotations.Nullable;

/**
 * A gradient that cannot be had: nothing requires it, the graph was freed, or a rule of the tape
 * was broken.
 */
public class AutogradException extends ClgradException {
  private static final long serialVersionUID = 1L;

  /** An error with its message: the op, what it met, what it expected, how to mend it. */
  public AutogradException(String message) {
    super(message);
  }

  /** An error with its message and what caused it. */
  public AutogradException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
