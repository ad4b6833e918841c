package dev.clgrad.soak;

import dev.clgrad.OutOfDeviceMemoryException;
import dev.clgrad.Tensor;

/**
 * Makes garbage until a device whose memory is limited to a few megabytes has no room, because the
 * JVM does not collect it: {@code -Dclgrad.memory.limit=16m -XX:+DisableExplicitGC}. Prints the
 * error; the exit status is 1 if there is none, or if it does not name the flag and the limit.
 */
public final class OutOfMemory {
  private static final int STEPS = 1000;

  private OutOfMemory() {}

  /** Runs it; see the class. */
  public static void main(String[] args) {
    float[] data = new float[1 << 18];
    try {
      for (int step = 0; step < STEPS; step++) {
        data[0] = Tensor.of(data).device().counters().allocations();
      }
    } catch (OutOfDeviceMemoryException e) {
      String text = e.getMessage();
      boolean named =
          text.contains("-XX:+DisableExplicitGC") && text.contains("-Dclgrad.memory.limit");
      System.out.println((named ? "ok: " : "BROKEN: ") + text.replace('\n', ' '));
      System.exit(named ? 0 : 1);
    }
    System.out.println("BROKEN: " + STEPS + " MiB of garbage fitted into the limit");
    System.exit(1);
  }
}
