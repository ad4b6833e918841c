package dev.clgrad.tape;

/**
 * Whether this thread's operations are recorded for backward. On by default, and a matter of each
 * thread.
 */
public final class GradMode implements AutoCloseable {
  private final Modes modes;
  private final boolean gradBefore;
  private final boolean inferenceBefore;

  private GradMode(Modes modes) {
    this.modes = modes;
    this.gradBefore = modes.grad;
    this.inferenceBefore = modes.inference;
  }

  /** Whether operations are recorded. */
  public static boolean isEnabled() {
    return Modes.current().grad;
  }

  /** Whether what this thread makes can never take part in a graph. */
  public static boolean isInference() {
    return Modes.current().inference;
  }

  /** Sets the mode until the result is closed; in inference mode nothing is recorded. */
  public static GradMode set(boolean enabled) {
    GradMode mode = new GradMode(Modes.current());
    mode.modes.grad = enabled && !mode.modes.inference;
    return mode;
  }

  /** Records nothing, now or later, of what is made until the result is closed; or does again. */
  public static GradMode inference(boolean enabled) {
    GradMode mode = new GradMode(Modes.current());
    mode.modes.inference = enabled;
    mode.modes.grad = !enabled;
    return mode;
  }

  @Override
  public void close() {
    modes.grad = gradBefore;
    modes.inference = inferenceBefore;
  }
}
