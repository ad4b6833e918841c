package dev.clgrad.bench;

import java.util.Arrays;

/** A row's work as one system does it. */
interface Workload {
  /** Does the work once; it is done when this returns. */
  void run();

  /**
   * Does the work once and reads from its result a number that all systems must agree on; NaN for a
   * system that computes nothing.
   */
  double check();

  /**
   * What is compared of several results, from the mean square of each: the mean logarithm of the
   * root mean squares, in which the small ones count as much as the large ones.
   */
  static double agreed(double... meanSquares) {
    return Arrays.stream(meanSquares).map(each -> Math.log(each) / 2).average().orElseThrow();
  }

  /** How many times the row's work one run does: more than one where one is too short to time. */
  default int parts() {
    return 1;
  }
}
