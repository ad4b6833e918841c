package dev.clgrad.backend;

/** The body of a parallel loop over indices. */
@FunctionalInterface
public interface RangeBody {
  /** Does the indices from {@code begin} (inclusive) to {@code end} (exclusive). */
  void run(long begin, long end);
}
