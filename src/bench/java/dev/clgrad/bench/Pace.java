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
  static final Pace QUICK = new Pace(0.7, 5, 0.12, 3);

  /** Rounds that a system of one long run is in; three at least, for a median. */
  private static final int ROUNDS_OF_SLOW = 3;

  /** Rounds to take part in, from the time of one run. */
  int rounds(double nanos) {
    return nanos > 2e9 * roundSeconds ? Math.min(rounds, ROUNDS_OF_SLOW) : rounds;
  }

  /** Runs of a round, from the time of one. */
  int count(double nanos) {
    return (int) Math.max(1, Math.min(1_000_000, roundSeconds * 1e9 / nanos));
  }
}
