package dev.clgrad;

/** A gradient that is not the derivative. Its message is the text of a whole report. */
public final class GradcheckException extends AutogradException {
  private static final long serialVersionUID = 1L;

  /** An error with the report's text: what differs, where, and by how much. */
  public GradcheckException(String report) {
    super(report);
  }
}
