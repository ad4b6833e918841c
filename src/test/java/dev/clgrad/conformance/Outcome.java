package dev.clgrad.conformance;

/**
 * What became of one case.
 *
 * @param text what differed, or why the case is not supported; empty if it passed
 */
record Outcome(Case of, Status status, String text) {
  /** The three ways a case can end. */
  enum Status {
    PASSED,
    FAILED,
    UNSUPPORTED
  }
}
