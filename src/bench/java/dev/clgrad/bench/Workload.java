package dev.clgrad.bench;

/** A row's work as one system does it. */
interface Workload {
  /** Does the work once; it is done when this returns. */
  void run();

  /**
   * Does the work once and reads from its result a number that all systems must agree on; NaN for a
   * system that computes nothing.
   */
  double check();

  /** How many times the row's work one run does: more than one where one is too short to time. */
  default int parts() {
    return 1;
  }
}
