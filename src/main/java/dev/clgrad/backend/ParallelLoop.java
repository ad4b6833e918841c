package dev.clgrad.backend;

/** Runs a loop on all cores and waits for it. */
@FunctionalInterface
public interface ParallelLoop {
  /** A loop on the calling thread alone. */
  ParallelLoop SEQUENTIAL = (n, grain, body) -> body.run(0, n);

  /**
   * Runs a body over 0 to {@code n}, cut in any way.
   *
   * @param grain the fewest indices worth handing to another thread
   */
  void run(long n, long grain, RangeBody body);
}
