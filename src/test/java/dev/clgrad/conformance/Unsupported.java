package dev.clgrad.conformance;

/** A case asks for an operation, an attribute or a dtype that is not there yet. */
final class Unsupported extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Unsupported(String reason) {
    super(reason);
  }
}
