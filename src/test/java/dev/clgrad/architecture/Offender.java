package dev.clgrad.architecture;

import java.util.logging.Logger;
import org.jocl.CL;

/** Breaks the rules on purpose, so that a test can see them fail. */
final class Offender {
  private Offender() {}

  static String offend() {
    System.out.println(CL.CL_SUCCESS);
    System.gc();
    CL.setExceptionsEnabled(true);
    Logger.getLogger("offender").info("not through SLF4J");
    return String.format("%.1f in whatever locale there is", 1.5);
  }
}
