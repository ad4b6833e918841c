package dev.clgrad.bench;

/**
 * How long to measure.
 *
 * @param warmSeconds before the first round, for each system
 * @param rounds in which the systems take turns
 * @param roundSeconds of one system in one round
 * @param starts processes of a system that are started for the row of first steps
 */
record Pace(double warmSeconds, int rounds, double roundSeconds, int starts) {
  static final Pace FULL = new Pace(4, 15, 0.5, 9);
  static final Pace QUICK = new Pace(1, 5, 0.15, 3);

  /** Runs of a round, from the time of one. */
  int count(double nanos) {
    return (int) Math.max(1, Math.min(1_000_000, roundSeconds * 1e9 / nanos));
  }
}
