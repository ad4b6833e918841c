package dev.clgrad.tape;

/**
 * Whether this thread's operations are recorded for backward. On by default, and a matter of each
 * thread.
 */
public final class GradMode implements AutoCloseable {
  private static final ThreadLocal<Boolean> ENABLED = ThreadLocal.withInitial(() -> true);

  private final boolean before;

  private GradMode(boolean before) {
    this.before = before;
  }

  /** Whether operations are recorded. */
  public static boolean isEnabled() {
    return ENABLED.get();
  }

  /** Sets the mode until the result is closed. */
  public static GradMode set(boolean enabled) {
    GradMode mode = new GradMode(ENABLED.get());
    ENABLED.set(enabled);
    return mode;
  }

  @Override
  public void close() {
    ENABLED.set(before);
  }
}
