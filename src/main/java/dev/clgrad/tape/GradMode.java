package dev.clgrad.tape;

/**
 * Whether this thread's operations are recorded for backward. On by default, and a matter of each
 * thread.
 */
public final class GradMode implements AutoCloseable {
  /** One array of one element a thread: to set a thread-local is dear. */
  private static final ThreadLocal<boolean[]> ENABLED =
      ThreadLocal.withInitial(() -> new boolean[] {true});

  private final boolean before;

  private GradMode(boolean before) {
    this.before = before;
  }

  /** Whether operations are recorded. */
  public static boolean isEnabled() {
    return ENABLED.get()[0];
  }

  /** Sets the mode until the result is closed. */
  public static GradMode set(boolean enabled) {
    boolean[] state = ENABLED.get();
    GradMode mode = new GradMode(state[0]);
    state[0] = enabled;
    return mode;
  }

  @Override
  public void close() {
    ENABLED.get()[0] = before;
  }
}
