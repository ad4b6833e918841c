package dev.clgrad.bench.gpu;

/**
 * A question to the driver, with its answer.
 *
 * @param name what the table calls it
 * @param question asks it; the answer's first word is {@code ok}, {@code wrong} or a number
 */
record ProbeCase(String name, Question question) {
  /** Asks the device. */
  interface Question {
    String ask(ClSession session) throws Exception;
  }
}
