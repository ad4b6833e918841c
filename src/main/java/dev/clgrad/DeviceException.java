package dev.clgrad;

import org.jspecify.annotations.Nullable;

/** A device that is missing, refuses a request or failed. */
public class DeviceException extends ClgradException {
  private static final long serialVersionUID = 1L;

  /** An error with its message: the op, what it met, what it expected, how to mend it. */
  public DeviceException(String message) {
    super(message);
  }

  /** An error with its message and what caused it. */
  public DeviceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
