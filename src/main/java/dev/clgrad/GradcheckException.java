package dev.clgrad;

/** A gradient that is not the derivative. Its message is the whole report. */
public final class GradcheckException extends AutogradException {
  private static final long serialVersionUID = 1L;

  private final transient GradcheckReport report;

  GradcheckException(GradcheckReport report) {
    super(report.toString());
    this.report = report;
  }

  /** What differs, and where. */
  public GradcheckReport report() {
    return report;
  }
}
