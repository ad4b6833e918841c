package dev.clgrad.backend.opencl;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the JVM's handling of integer division by zero as it is.
 *
 * <p>On Linux on x86-64 the JVM turns the signal SIGFPE into {@link ArithmeticException}. PoCL puts
 * a handler of its own over the JVM's when its devices are first asked for, after which {@code 7 /
 * 0} is 7 in the whole process, unless its environment variable {@code POCL_SIGFPE_HANDLER} is 0.
 * So that variable is set first, in this process alone; where even that is not possible, PoCL is
 * passed over.
 */
final class SignalGuard {
  private static final Logger LOG = LoggerFactory.getLogger(SignalGuard.class);
  private static final String VARIABLE = "POCL_SIGFPE_HANDLER";

  /** Set to true by tests: leaves the environment as it is, as if it could not be changed. */
  private static final String DISABLED = "clgrad.opencl.setenv";

  /** What the division is by; volatile, so that no compiler folds it. */
  private static volatile int zero;

  private SignalGuard() {}

  /** The outcome of the preparation. */
  private static final class Holder {
    static final @Nullable String OBSTACLE = prepare();
  }

  /**
   * Makes the process safe for PoCL, once.
   *
   * @return null if it is safe; otherwise why not, and the cure
   */
  static @Nullable String obstacleToPocl() {
    return Holder.OBSTACLE;
  }

  /** Whether an integer division by zero still throws: the canary. */
  static boolean divisionThrows() {
    try {
      int quotient = 7 / zero;
      LOG.debug("7 / 0 is {}", quotient);
      return false;
    } catch (ArithmeticException e) {
      return true;
    }
  }

  private static @Nullable String prepare() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch", "");
    if (!os.contains("linux") || !(machine.equals("amd64") || machine.equals("x86_64"))) {
      return null;
    }
    if ("0".equals(System.getenv(VARIABLE))) {
      return null;
    }
    String cause;
    if ("off".equals(System.getProperty(DISABLED))) {
      cause = "property " + DISABLED + " is off";
    } else {
      try {
        PrivateFiles.load(SetenvLibrary.bytes(VARIABLE, "0"));
        LOG.debug("set {}=0 for this process", VARIABLE);
        return null;
      } catch (IOException | UnsatisfiedLinkError | SecurityException e) {
        cause = e.toString();
      }
    }
    return "PoCL would replace the JVM's SIGFPE handler, after which 7 / 0 is 7 in this process instead of an ArithmeticException, "
        + "and the variable that keeps it from that could not be set ("
        + cause
        + "); set "
        + VARIABLE
        + "=0 in the environment that starts Java, or let java.io.tmpdir be a folder that libraries can be loaded from";
  }
}
