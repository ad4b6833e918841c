package dev.clgrad.cli;

/**
 * How the command line logs: to the error output, through Logback. The configuration has a name of
 * its own, so that it does not reach programs that have the library on their class path.
 */
final class Logging {
  private static final String CONFIGURATION_PROPERTY = "logback.configurationFile";
  private static final String CONFIGURATION = "dev/clgrad/cli/logback.xml";
  private static final String LEVEL_PROPERTY = "clgrad.log.level";

  private Logging() {}

  /**
   * Sets the level of the library's messages, if no system property sets another. Only the first
   * call counts, and only before the first message: then Logback reads its configuration.
   */
  static void start(String level) {
    setIfAbsent(CONFIGURATION_PROPERTY, CONFIGURATION);
    setIfAbsent(LEVEL_PROPERTY, level);
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
