package dev.clgrad;

import org.jspecify.annotations.Nullable;

/** A file of data that is not what its format says. */
public class DataException extends ClgradException {
  private static final long serialVersionUID = 1L;

  /** An error with its message: the op, what it met, what it expected, how to mend it. */
  public DataException(String message) {
    super(message);
  }

  /** An error with its message and what caused it. */
  public DataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
