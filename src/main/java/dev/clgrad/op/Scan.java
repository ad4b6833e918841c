package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.tape.Variable;

/** How scans cut long lines, where there are few of them, into segments that run side by side. */
final class Scan {
  /** Lines up to this length are one segment. */
  private static final long SHORT_LINE = 4096;

  /** Segments are multiples of this. */
  private static final long STEP = 1024;

  private static final long VECTOR_TASKS = 64;
  private static final long GROUP_TASKS = 1024;

  /** Columns are scanned by a work-item each, of which a device without vectors wants many. */
  private static final long ITEM_TASKS = 16384;

  private Scan() {}

  /** Whether the rows of a reduction get a work-group each. */
  static boolean groups(Reduction r) {
    return r.inner() == 1 && r.count() > KernelSizes.ITEMS && !KernelSizes.vectors(r.input());
  }

  /**
   * The length of a segment. It depends on the shape and the kind of device alone, and so does the
   * result.
   */
  static long segmentLength(Reduction r) {
    if (r.count() <= SHORT_LINE) {
      return Math.max(r.count(), 1);
    }
    long tasks =
        KernelSizes.vectors(r.input()) ? VECTOR_TASKS : groups(r) ? GROUP_TASKS : ITEM_TASKS;
    long wanted = Math.max(1, tasks / Math.max(r.outer() * r.inner(), 1));
    long length = (r.count() + wanted - 1) / wanted;
    return Math.min(r.count(), (length + STEP - 1) / STEP * STEP);
  }

  /**
   * The dtype of a sum or product in the dtype of x: int64 for integers and bool, as in PyTorch.
   */
  static DType accumulated(Variable x) {
    return x.dtype().isFloating() ? x.dtype() : DType.INT64;
  }
}
