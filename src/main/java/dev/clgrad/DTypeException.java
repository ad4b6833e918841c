package dev.clgrad;

import org.jspecify.annotations.Nullable;

/** A dtype that an operation or a device does not take. */
public class DTypeException extends ClgradException {
  private static final long serialVersionUID = 1L;

  /** An error with its message: the op, what it met, what it expected, how to mend it. */
  public DTypeException(String message) {
    super(message);
  }

  /** An error with its message and what caused it. */
  public DTypeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
