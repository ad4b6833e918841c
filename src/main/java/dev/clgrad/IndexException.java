package dev.clgrad;

import org.jspecify.annotations.Nullable;

/** An index tensor that points outside the dimension it indexes. */
public class IndexException extends ClgradException {
  private static final long serialVersionUID = 1L;

  /** An error with its message: the op, what it met, what it expected, how to mend it. */
  public IndexException(String message) {
    super(message);
  }

  /** An error with its message and what caused it. */
  public IndexException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
