package dev.clgrad.op;

import dev.clgrad.backend.Limits;
import dev.clgrad.tape.Variable;

/**
 * The sizes of launches, and which kind of kernel a device gets. Work-group sizes are few and
 * fixed, as some platforms compile a kernel again for every new one.
 */
final class KernelSizes {
  /** The work-group of kernels with one work-item for each result. */
  static final int ITEMS = 64;

  /** The work-group of kernels that work on one row together, through local memory. */
  static final int GROUP = 128;

  /** The work-group of kernels whose work-items do much each, in vectors. */
  static final int VECTOR = 8;

  private KernelSizes() {}

  /** Work-items for a number of tasks: the next multiple of the work-group. */
  static long[] global(long tasks, int local) {
    return new long[] {Math.max(1, (tasks + local - 1) / local) * local};
  }

  /** A work-group of one dimension. */
  static long[] local(int local) {
    return new long[] {local};
  }

  /**
   * Whether a device computes in explicit vectors, with no use for local memory. The system
   * property {@code clgrad.kernels} ({@code vector} or {@code group}) overrides what the device
   * says, so that every kernel can be tested on any device.
   */
  static boolean vectors(Variable x) {
    String forced = System.getProperty("clgrad.kernels");
    if (forced != null) {
      return forced.equals("vector");
    }
    Limits limits = x.scheduler().backend().limits();
    return limits.cpuType();
  }
}
