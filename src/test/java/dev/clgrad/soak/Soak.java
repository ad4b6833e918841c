package dev.clgrad.soak;

import dev.clgrad.Device;
import dev.clgrad.schedule.Counters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Runs one soak in this process: {@code Soak MODE STEPS}. Prints one line of a table, and what was
 * broken; the exit status is 1 then.
 *
 * <p>The bounds: with scopes or a captured step, the same live bytes after every step and no
 * collection asked for; without, all buffers together at most max(256 MiB, 2 × what is live), and
 * collections asked for under 5 % of the time, where there are enough steps to tell. Both ways the
 * model must have learned.
 */
public final class Soak {
  private static final int WARM_UP = 10;
  private static final int READ_EVERY = 100;
  private static final int TIMED = 2000;
  private static final long FLOOR = 256L << 20;
  private static final double MOST_SHARE = 0.05;

  private Soak() {}

  /** Runs it; see the class. */
  public static void main(String[] args) {
    TrainingLoop.Mode mode = TrainingLoop.Mode.of(args[0]);
    int steps = Integer.parseInt(args[1]);
    TrainingLoop loop = new TrainingLoop();
    Device device = loop.device();
    long start = System.nanoTime();
    long least = Long.MAX_VALUE;
    long most = 0;
    for (int step = 0; step < steps; step++) {
      loop.step(mode, step % READ_EVERY == READ_EVERY - 1);
      if (step >= WARM_UP) {
        long live = device.counters().liveBytes();
        least = Math.min(least, live);
        most = Math.max(most, live);
      }
    }
    device.synchronize();
    double seconds = (System.nanoTime() - start) / 1e9;
    Counters counters = device.counters();
    double share = counters.collectionNanos() / 1e9 / seconds;
    long reachable = reachable(device);

    List<String> broken = new ArrayList<>();
    if (mode != TrainingLoop.Mode.PLAIN) {
      if (least != most) {
        broken.add("live bytes vary from " + least + " to " + most);
      }
      if (counters.collections() != 0) {
        broken.add(counters.collections() + " collections were asked for");
      }
    }
    if (counters.peakBytes() > Math.max(FLOOR, 2 * reachable)) {
      broken.add("the peak is above max(256 MiB, 2 x live)");
    }
    if (steps >= TIMED && share >= MOST_SHARE) {
      broken.add("collections took 5 % of the time or more");
    }
    if (!(loop.lastLoss() < 1)) {
      broken.add("the loss is " + loop.lastLoss());
    }
    System.out.printf(
        Locale.ROOT,
        "%,d | %.0f s, %.0f µs a step | %.1f MiB | %.2f to %.2f MiB, %.2f reachable at the end"
            + " | %d, %.2f %% of the time | %d | %s%n",
        steps,
        seconds,
        1e6 * seconds / steps,
        mib(counters.peakBytes()),
        mib(least),
        mib(most),
        mib(reachable),
        counters.collections(),
        100 * share,
        counters.allocations(),
        broken.isEmpty() ? "ok" : "BROKEN: " + String.join("; ", broken));
    System.exit(broken.isEmpty() ? 0 : 1);
  }

  private static double mib(long bytes) {
    return bytes / (double) (1 << 20);
  }

  /** What is live when all garbage has been found. */
  private static long reachable(Device device) {
    long live = device.counters().liveBytes();
    for (int quiet = 0; quiet < 5; quiet++) {
      System.gc();
      pause();
      device.emptyCache();
      long now = device.counters().liveBytes();
      if (now < live) {
        quiet = 0;
        live = now;
      }
    }
    return live;
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
