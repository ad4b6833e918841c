package dev.clgrad.tape;

import dev.clgrad.AutogradException;
import dev.clgrad.schedule.CallSite;

/**
 * Anomaly detection: while it is on, nodes remember where they were called, and backward looks at
 * each gradient as soon as it is computed.
 */
public final class Anomaly {
  private Anomaly() {}

  /**
   * Turns it on for this thread until the result is closed.
   *
   * @param checkFinite whether backward ends at the first number that is not finite; else only the
   *     places of calls are remembered
   */
  public static SavedHooks.Restore detect(boolean checkFinite) {
    Modes modes = Modes.current();
    boolean before = modes.checkFinite;
    CallSite.watch();
    modes.checkFinite = checkFinite;
    return new SavedHooks.Restore() {
      private boolean closed;

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          modes.checkFinite = before;
          CallSite.unwatch();
        }
      }
    };
  }

  /** Whether gradients have to be looked at. */
  public static boolean isCheckingFinite() {
    return Modes.current().checkFinite;
  }

  /**
   * Checks one gradient that a node has made.
   *
   * @throws AutogradException if a number in it is not finite
   */
  static void check(Node node, int input, Variable gradient, Algebra algebra) {
    String found = algebra.firstNotFinite(gradient);
    if (found == null) {
      return;
    }
    StringBuilder shapes = new StringBuilder();
    for (Node.OutputMetadata output : node.outputs()) {
      shapes.append(shapes.isEmpty() ? "" : ", ").append(output.dtype()).append(output.shape());
    }
    CallSite site = node.site();
    throw new AutogradException(
        "backward: "
            + node.name()
            + ", whose result was "
            + shapes
            + ", made a gradient with "
            + found
            + " for its input "
            + input
            + " of shape "
            + gradient.shape()
            + (site == null
                ? "; its forward call is not known: make the graph within Autograd.detectAnomaly() too"
                : "; its forward call was at " + site),
        site == null ? null : site.asCause("the forward call of " + node.name()));
  }
}
