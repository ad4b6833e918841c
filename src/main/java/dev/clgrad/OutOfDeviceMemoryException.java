package dev.clgrad;

import org.jspecify.annotations.Nullable;

/** An allocation that the device refused even after everything reclaimable was given back. */
public class OutOfDeviceMemoryException extends DeviceException {
  private static final long serialVersionUID = 1L;

  /** An error with its message: the op, what it met, what it expected, how to mend it. */
  public OutOfDeviceMemoryException(String message) {
    super(message);
  }

  /** An error with its message and what caused it. */
  public OutOfDeviceMemoryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
