package dev.clgrad.bench;

/** A system in its own process: what it can do of the rows. */
interface Library {
  /**
   * Gets a row's inputs ready.
   *
   * @throws Missing if the system cannot do it
   */
  Workload prepare(Row row) throws Missing;

  /** Its name and version, and what it runs on. */
  String version();

  /** Kernels launched so far; -1 where there is no such count. */
  default long launches() {
    return -1;
  }

  /** A row that a system cannot do. The message names what it lacks. */
  final class Missing extends Exception {
    private static final long serialVersionUID = 1L;

    Missing(String what) {
      super(what);
    }
  }
}
