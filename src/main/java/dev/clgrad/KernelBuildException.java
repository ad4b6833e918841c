package dev.clgrad;

import org.jspecify.annotations.Nullable;

/**
 * An OpenCL program that did not compile; the message carries the compiler's log with the kernel
 * file's line numbers.
 */
public class KernelBuildException extends DeviceException {
  private static final long serialVersionUID = 1L;

  /** An error with its message: the op, what it met, what it expected, how to mend it. */
  public KernelBuildException(String message) {
    super(message);
  }

  /** An error with its message and what caused it. */
  public KernelBuildException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
