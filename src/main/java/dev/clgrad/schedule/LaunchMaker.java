package dev.clgrad.schedule;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes planned launches for one kind of backend. */
interface LaunchMaker {
  /** What a kernel reads through its source, and the step that makes it. */
  record Source(Body body, int step) {}

  /** A launch of pointwise bodies, each over an index space of its own. */
  PlannedLaunch.Binder pointwise(String op, List<Body> bodies, boolean restrict);

  /**
   * A launch of a kernel.
   *
   * @param number the task's number in the batch
   * @param source what is computed instead of read; null if nothing is
   * @param result what is computed with the result; null if nothing is
   * @param stored whether the result itself is stored
   */
  PlannedLaunch.Binder kernel(
      String op,
      int number,
      KernelTask task,
      @Nullable Source source,
      @Nullable Body result,
      boolean stored);

  /** Whether a kernel's result need not be stored where these tasks follow on it. */
  boolean canDrop(KernelTask kernel, List<PointwiseTask> following);
}
